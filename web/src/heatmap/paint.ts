/** Draws the heat map on a canvas. bench/page.py measures what an update of 5,000 cells costs. */

import type { RealtimeNode } from '@/api/client'
import type { Metric } from '@/metrics'

import { colourOf, inkOn, type Scale } from './colours'
import { shortened } from './fit'
import type { Layout } from './layout'
import { endsOf, shownValue } from './values'

export interface Brush {
  scale: Scale
  isDark: boolean
  /** Values may be out of date: nothing has a colour. */
  isOld: boolean
  metric: Metric
  ink: string
  down: string
  /** CSS font family. */
  font: string
  /** px */
  fontSize: number
  /** A value as text, for a cell that has room for it. */
  textOf: (value: number) => string
}

/** Where a cell is painted, in px. */
interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** The sizes from which a cell shows its value, and its node's name too; px. */
const VALUE_FROM = { width: 27, height: 18 }
const NAME_FROM = { width: 60, height: 36 }
/** px beside the text in a cell. */
const PADDING = 3
/** How small a name may become, relative to the usual text, before it is shortened. */
const SMALLEST_NAME = 0.85

/** Draw all cells of `nodes`, and the labels before the lines. If the nodes `before` were drawn, draw only the cells that changed. */
export function paint(context: CanvasRenderingContext2D, layout: Layout, nodes: readonly RealtimeNode[], brush: Brush, before: readonly RealtimeNode[] | null = null) {
  const { cellWidth, cellHeight } = layout
  const gap = gapOf(cellHeight)
  context.textBaseline = 'middle'
  if (before === null) paintLabels(context, layout, gap, brush)
  for (const line of layout.lines) {
    for (let index = 0; index < line.count; index++) {
      const node = nodes[line.first + index]
      if (before !== null && before[line.first + index] === node) continue
      const box = { x: line.x + index * cellWidth, y: line.y, width: cellWidth - gap, height: cellHeight - gap }
      // Half of the gap as well: if a px is not a whole number of device pixels, edges are soft.
      if (before !== null) context.clearRect(box.x - gap / 2, box.y - gap / 2, cellWidth, cellHeight)
      if (node) paintCell(context, node, box, brush)
    }
  }
}

/** px between two cells of this height. */
export function gapOf(cellHeight: number): number {
  if (cellHeight >= 24) return 3
  return cellHeight >= 10 ? 2 : 1
}

function paintLabels(context: CanvasRenderingContext2D, { labels, labelWidth }: Layout, gap: number, brush: Brush) {
  context.fillStyle = brush.ink
  context.font = `${String(brush.fontSize)}px ${brush.font}`
  context.textAlign = 'right'
  const fits = (text: string) => context.measureText(text).width <= labelWidth + 1
  for (const { text, x, y } of labels) context.fillText(shortened(text, fits), x, y - gap / 2)
}

function paintCell(context: CanvasRenderingContext2D, node: RealtimeNode, box: Box, brush: Brush) {
  if (node.state !== 'up') {
    paintSign(context, node, box, brush)
    return
  }
  const value = shownValue(node, brush.metric)
  if (value === null) {
    frame(context, box, brush.ink, [2, 2])
    if (holdsName(box)) paintName(context, node, box, brush.ink, brush)
    return
  }
  context.fillStyle = colourOf(brush.scale, value, endsOf(brush.metric))
  context.fillRect(box.x, box.y, box.width, box.height)
  if (box.width < VALUE_FROM.width || box.height < VALUE_FROM.height) return
  const ink = inkOn(brush.isDark, brush.metric, value, endsOf(brush.metric))
  if (holdsName(box)) paintName(context, node, box, ink, brush)
  const size = Math.min(box.height * 0.4, box.width * 0.32, Math.max(2.2 * brush.fontSize, box.height * 0.3))
  write(context, brush.textOf(value), box, holdsName(box) ? 0.67 : 0.52, size, ink, brush)
}

/** A node that is not up has no colour but a shape: a framed cross for down, a ring for never, a dash for disabled. */
function paintSign(context: CanvasRenderingContext2D, node: RealtimeNode, box: Box, brush: Brush) {
  const colour = node.state === 'down' && !brush.isOld ? brush.down : brush.ink
  const half = Math.min(box.width, box.height) * (holdsName(box) ? 0.16 : 0.3)
  const [x, y] = [box.x + box.width / 2, box.y + box.height * (holdsName(box) ? 0.67 : 0.5)]
  if (node.state === 'down') frame(context, box, colour, [])
  context.strokeStyle = colour
  context.lineWidth = Math.max(1, half / (node.state === 'never' ? 4 : 2.5))
  context.beginPath()
  if (node.state === 'down') {
    context.moveTo(x - half, y - half)
    context.lineTo(x + half, y + half)
    context.moveTo(x + half, y - half)
    context.lineTo(x - half, y + half)
  } else if (node.state === 'never') {
    context.arc(x, y, half, 0, 2 * Math.PI)
  } else {
    context.moveTo(x - half, y)
    context.lineTo(x + half, y)
  }
  context.stroke()
  if (holdsName(box)) paintName(context, node, box, colour, brush)
}

function holdsName({ width, height }: Box): boolean {
  return width >= NAME_FROM.width && height >= NAME_FROM.height
}

/** A long name is written smaller, then without its domain, then only its end. */
function paintName(context: CanvasRenderingContext2D, { name }: RealtimeNode, box: Box, ink: string, brush: Brush) {
  const room = box.width - 2 * PADDING
  const usual = Math.min(Math.max(brush.fontSize, box.height * 0.12), box.height * 0.26)
  context.font = `${String(Math.round(usual))}px ${brush.font}`
  const needed = context.measureText(name).width
  const size = needed <= room ? usual : Math.max((usual * room) / needed, Math.min(usual, SMALLEST_NAME * brush.fontSize))
  context.font = `${String(Math.round(size))}px ${brush.font}`
  const text = needed <= room ? name : shortened(name, (shorter) => context.measureText(shorter).width <= room)
  write(context, text, box, 0.28, size, ink, brush)
}

/** Write `text` in the middle of `box`, at `share` of its height. */
function write(context: CanvasRenderingContext2D, text: string, box: Box, share: number, size: number, ink: string, brush: Brush) {
  context.fillStyle = ink
  context.font = `${String(Math.round(size))}px ${brush.font}`
  context.textAlign = 'center'
  context.fillText(text, box.x + box.width / 2, box.y + box.height * share, box.width - 2 * PADDING)
}

function frame(context: CanvasRenderingContext2D, { x, y, width, height }: Box, colour: string, dash: number[]) {
  context.strokeStyle = colour
  context.lineWidth = 1
  context.setLineDash(dash)
  context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1)
  context.setLineDash([])
}
