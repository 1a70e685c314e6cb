/** A rectangle on the heat map. */

import type { Layout } from './layout'

export interface Point {
  x: number
  y: number
}

export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** px: the jitter of a click. */
const SHORTEST_STROKE = 6

/** The rectangle between two points; null if it is a click. */
export function boxBetween(a: Point, b: Point): Box | null {
  const [width, height] = [Math.abs(a.x - b.x), Math.abs(a.y - b.y)]
  return Math.max(width, height) < SHORTEST_STROKE ? null : { left: Math.min(a.x, b.x), top: Math.min(a.y, b.y), width, height }
}

/** The rectangle around two cells. */
export function boxAround({ cellWidth, cellHeight }: Layout, a: Point, b: Point): Box {
  const [left, top] = [Math.min(a.x, b.x), Math.min(a.y, b.y)]
  return { left, top, width: Math.max(a.x, b.x) + cellWidth - left, height: Math.max(a.y, b.y) + cellHeight - top }
}

/** The nodes whose cells it touches, in their order. */
export function nodesWithin({ lines, cellWidth, cellHeight }: Layout, { left, top, width, height }: Box): number[] {
  return lines.flatMap(({ first, count, x, y }) => {
    if (y + cellHeight <= top || y >= top + height) return []
    const from = Math.max(0, Math.floor((left - x) / cellWidth))
    const to = Math.min(count, Math.ceil((left + width - x) / cellWidth))
    return Array.from({ length: Math.max(0, to - from) }, (_, index) => first + from + index)
  })
}
