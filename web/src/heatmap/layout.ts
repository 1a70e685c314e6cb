/** Where each node's cell is: lines of cells with a label before each, in one or more columns, as large as they fit. */

import type { Group } from './groups'
import { labelsOf, type LineLabel } from './labels'

/** A line of `count` cells from the node `first` on, all of one group; `x` and `y`: those of its first cell, in px. */
export interface Line {
  group: number
  first: number
  count: number
  label: string
  x: number
  y: number
}

export interface Layout {
  /** px from one cell to the next. */
  cellWidth: number
  cellHeight: number
  labelWidth: number
  lines: Line[]
  labels: LineLabel[]
  height: number
}

export interface Space {
  width: number
  height: number
  /** px. A cell smaller than this can't be pointed at, so the map rather grows beyond `height`. */
  smallest: number
  /** px */
  largest: number
}

export interface Labels {
  /** The label of the nodes from `first` on. */
  textOf: (first: number, count: number) => string
  /** px */
  widthOf: (text: string) => number
  /** px: the height of a line of text. */
  height: number
}

/** Cells in a line: numbers that are easy to count in. */
const LENGTHS = [4, 8, 10, 12, 16, 20, 24, 32, 40, 48, 50, 64, 72, 80, 96, 100, 128, 160, 200]
const MOST_COLUMNS = 6
/** Cells down to this part of the largest size are large enough: whole lines matter more. */
const LARGE_SHARE = 0.75
const LABEL_GAP = 8
const COLUMN_GAP = 24
/** How much wider than high a cell may be, to fill the width; more if it is large enough for a name (px). */
const WIDEST = { roomy: 3, small: 1.5 }
const ROOMY = 40

/** The layout with large cells and few empty places that fits `space`. If none fits, the lowest one whose cells are not too small. */
export function layoutOf(groups: readonly Group[], labels: Labels, space: Space): Layout {
  const drafts = lengthsFor(groups).flatMap((length) => {
    const lines = linesOf(groups, labels, length)
    const labelWidth = Math.min(Math.max(0, ...lines.map(({ label }) => labels.widthOf(label))), space.width / 3)
    const most = Math.min(MOST_COLUMNS, lines.length)
    return Array.from({ length: most }, (_, index) => draftOf(lines, length, labelWidth, index + 1, space))
  })
  const fitting = drafts.filter(({ cell }) => cell >= space.smallest)
  const best = fitting.length > 0 ? fullest(fitting) : lowest(drafts, space.smallest)
  return best ? placed(best, labels) : { cellWidth: 0, cellHeight: 0, labelWidth: 0, lines: [], labels: [], height: 0 }
}

/** The node whose cell is at this point; null between lines and outside. */
export function cellAt({ lines, cellWidth, cellHeight }: Layout, x: number, y: number): number | null {
  for (const line of lines) {
    const column = Math.floor((x - line.x) / cellWidth)
    if (y >= line.y && y < line.y + cellHeight && column >= 0 && column < line.count) return line.first + column
  }
  return null
}

/** The top left corner of a node's cell. */
export function placeOf({ lines, cellWidth }: Layout, node: number): { x: number; y: number } {
  const line = lines.find(({ first, count }) => node >= first && node < first + count)
  return line ? { x: line.x + (node - line.first) * cellWidth, y: line.y } : { x: 0, y: 0 }
}

/** The node that an arrow key leads to from `node`; the same one at an edge. */
export function neighbour(layout: Layout, node: number, key: string): number {
  const { lines } = layout
  const index = lines.findIndex(({ first, count }) => node >= first && node < first + count)
  const line = lines[index]
  if (!line) return 0
  const last = Math.max(...lines.map(({ first, count }) => first + count)) - 1
  if (key === 'Home') return 0
  if (key === 'End') return last
  if (key === 'ArrowLeft') return Math.max(0, node - 1)
  if (key === 'ArrowRight') return Math.min(last, node + 1)
  const other = lines[index + (key === 'ArrowDown' ? 1 : -1)]
  return other ? other.first + Math.min(node - line.first, other.count - 1) : node
}

interface Draft {
  lines: Line[]
  length: number
  labelWidth: number
  columns: number
  rows: number
  /** px, for the width only. */
  byWidth: number
  /** px, so that all fits. */
  cell: number
}

function lengthsFor(groups: readonly Group[]): number[] {
  const longest = Math.max(1, ...groups.map(({ count }) => count))
  return [...LENGTHS.filter((length) => length < longest), ...(longest <= 200 ? [longest] : [])]
}

function linesOf(groups: readonly Group[], labels: Labels, length: number): Line[] {
  return groups.flatMap(({ first, count }, group) =>
    Array.from({ length: Math.ceil(count / length) }, (_, index) => {
      const start = first + index * length
      const held = Math.min(length, first + count - start)
      return { group, first: start, count: held, label: labels.textOf(start, held), x: 0, y: 0 }
    }),
  )
}

function draftOf(lines: Line[], length: number, labelWidth: number, columns: number, space: Space): Draft {
  const rows = Math.ceil(lines.length / columns)
  const forCells = space.width - columns * beforeCells(labelWidth) - (columns - 1) * COLUMN_GAP
  const byWidth = Math.floor(forCells / columns / length)
  return { lines, length, labelWidth, columns, rows, byWidth, cell: Math.min(byWidth, Math.floor(space.height / rows), space.largest) }
}

/** px before the cells of a line: 0 if no line has a label. */
function beforeCells(labelWidth: number): number {
  return labelWidth > 0 ? labelWidth + LABEL_GAP : 0
}

/** The draft with the fewest empty places among those with large cells. */
function fullest(drafts: readonly Draft[]): Draft | undefined {
  const largest = Math.max(...drafts.map(({ cell }) => cell))
  const large = drafts.filter(({ cell }) => cell >= LARGE_SHARE * largest)
  return large.reduce<Draft | undefined>((best, draft) => (!best || isBetter(draft, best) ? draft : best), undefined)
}

function isBetter(draft: Draft, other: Draft): boolean {
  const [mine, theirs] = [emptyShare(draft), emptyShare(other)]
  if (Math.abs(mine - theirs) > 0.01) return mine < theirs
  if (draft.cell !== other.cell) return draft.cell > other.cell
  // Cells can grow in width, so fewer lines fill it better.
  return draft.rows !== other.rows ? draft.rows < other.rows : draft.columns < other.columns
}

function emptyShare({ lines, length, rows, columns }: Draft): number {
  return 1 - lines.reduce((sum, { count }) => sum + count, 0) / (rows * columns * length)
}

function lowest(drafts: readonly Draft[], smallest: number): Draft | undefined {
  const wide = drafts.filter(({ byWidth }) => byWidth >= smallest)
  const usable = wide.length > 0 ? wide : drafts
  return usable
    .map((draft) => ({ ...draft, cell: Math.max(1, Math.min(draft.byWidth, smallest)) }))
    .reduce<Draft | undefined>((best, draft) => (!best || draft.rows < best.rows ? draft : best), undefined)
}

function placed(draft: Draft, labels: Labels): Layout {
  const { cell, byWidth, labelWidth, rows } = draft
  const cellWidth = Math.min(byWidth, Math.round(cell * (cell >= ROOMY ? WIDEST.roomy : WIDEST.small)))
  const columnWidth = beforeCells(labelWidth) + draft.length * cellWidth + COLUMN_GAP
  const lines = draft.lines.map((line, index) => ({
    ...line,
    x: Math.floor(index / rows) * columnWidth + beforeCells(labelWidth),
    y: (index % rows) * cell,
  }))
  const height = rows * cell
  const words = labelWidth > 0 ? labelsOf(lines, labels.textOf, { cellHeight: cell, labelHeight: labels.height, height, gap: LABEL_GAP }) : []
  return { cellWidth, cellHeight: cell, labelWidth, lines, labels: words, height }
}
