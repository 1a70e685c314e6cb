/** Where a raster's rows and columns are, in px: rows in blocks of nodes that belong together, columns by their time. */

import type { Group } from '@/heatmap/groups'

/** Consecutive rows: `count` of them from the row `first` on, which is at `y`. */
export interface Block extends Group {
  y: number
}

export interface Rows {
  rowHeight: number
  blocks: Block[]
  height: number
}

export interface Space {
  /** px: its greatest height, if each row is to have a device pixel. */
  height: number
  /** Device pixels in a px. */
  ratio: number
  /** px */
  largestRow: number
}

/** px between blocks: the largest that takes no more than this share of the height; 0 if none does. */
const GAPS = [3, 1]
const GAPS_SHARE = 0.08

/** `groups` of nodes as groups of rows. Each row has this many nodes and belongs to the group of its first. */
export function groupsOfRows(groups: readonly Group[], rows: readonly (readonly unknown[])[]): Group[] {
  let [node, row] = [0, 0]
  return groups
    .map(({ first, count, ...about }) => {
      const start = row
      for (; row < rows.length && node < first + count; row++) node += rows[row]?.length ?? 1
      return { ...about, first: start, count: row - start }
    })
    .filter(({ count }) => count > 0)
}

/** Rows of whole device pixels, as high as they fit. */
export function rowsIn(groups: readonly Group[], { height, ratio, largestRow }: Space): Rows {
  const rows = groups.reduce((sum, { count }) => sum + count, 0)
  const between = Math.max(0, groups.length - 1)
  const gap = GAPS.find((wanted) => wanted * between <= GAPS_SHARE * height) ?? 0
  const forRows = height - gap * between
  const rowHeight = Math.max(1, Math.floor(Math.min(largestRow, forRows / Math.max(1, rows)) * ratio)) / ratio
  let y = 0
  const blocks = groups.map(({ first, count }) => {
    const block = { first, count, y }
    y += count * rowHeight + gap
    return block
  })
  return { rowHeight, blocks, height: Math.max(0, y - gap) }
}

/** The row at a height, or the nearest to it; null if there are no rows. */
export function rowAt({ blocks, rowHeight }: Rows, y: number): number | null {
  const block = last(blocks, (each) => each.y <= y) ?? blocks[0]
  if (!block) return null
  return block.first + Math.min(block.count - 1, Math.max(0, Math.floor((y - block.y) / rowHeight)))
}

/** The last block for which a condition holds that also holds for all before it. */
function last(blocks: readonly Block[], isSo: (block: Block) => boolean): Block | undefined {
  let [low, high] = [0, blocks.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const block = blocks[middle]
    if (block && isSo(block)) low = middle + 1
    else high = middle
  }
  return blocks[low - 1]
}

/** Where a row begins. */
export function topOf({ blocks, rowHeight }: Rows, row: number): number {
  const block = last(blocks, ({ first }) => first <= row)
  return block ? block.y + (row - block.first) * rowHeight : 0
}

/** A time axis: `from` to `to` (Unix seconds) over this many px. */
export interface Times {
  from: number
  to: number
  width: number
}

export function xOf({ from, to, width }: Times, time: number): number {
  return ((time - from) / (to - from)) * width
}

interface Columns {
  from: number
  width: number
  columns: number
}

/** The column at `x`, or the nearest to it; null if it is more than a column away, or there are no columns. */
export function columnAt({ from, width, columns }: Columns, times: Times, x: number): number | null {
  const time = times.from + (x / times.width) * (times.to - times.from)
  const column = Math.floor((time - from) / width)
  if (columns === 0 || column < -1 || column > columns) return null
  return Math.min(columns - 1, Math.max(0, column))
}

/** The marked part: first and last column and row; null for all of them. */
export interface Part {
  columns: [first: number, last: number] | null
  rows: [first: number, last: number] | null
}

/** px. A shorter drag has no direction: a hand that drags along the time axis is not steady. */
const SHORTEST_STROKE = 10

/** What a drag of the pointer marks; null if it is a click. */
export function partOf(columns: Columns, times: Times, rows: Rows, begin: { x: number; y: number }, end: { x: number; y: number }): Part | null {
  const isAlong = Math.abs(end.x - begin.x) >= SHORTEST_STROKE
  const isAcross = Math.abs(end.y - begin.y) >= SHORTEST_STROKE
  const within = (x: number) => Math.min(xOf(times, columns.from + columns.columns * columns.width), Math.max(xOf(times, columns.from), x))
  const drawn = ordered(columnAt(columns, times, within(begin.x)), columnAt(columns, times, within(end.x)))
  const crossed = ordered(rowAt(rows, begin.y), rowAt(rows, end.y))
  const part = { columns: isAlong ? drawn : null, rows: isAcross ? crossed : null }
  return part.columns || part.rows ? part : null
}

export function ordered(a: number | null, b: number | null): [number, number] | null {
  return a === null || b === null ? null : [Math.min(a, b), Math.max(a, b)]
}
