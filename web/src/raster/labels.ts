/** The labels beside a raster: each row's name if rows are high enough, otherwise each block's, otherwise one for several rows. */

import { topOf, type Rows } from './geometry'

export interface Label {
  /** px: its middle. */
  y: number
  text: string
  /** The rows of a block that has room for a button; null for only a label. */
  rows: [first: number, last: number] | null
}

/** px: the height of a label and of a button, at the usual size. */
const WORD = 14
const BUTTON = 26
/** px between labels if nothing else shows which row they belong to. */
const TICKS = 44

/** Labels that don't overlap. `nameOf`: the name of the rows from `first` to `last`; `scale`: the size of text, relative to the usual. */
export function labelsOf(rows: Rows, nameOf: (first: number, last: number) => string, scale: number): Label[] {
  const { rowHeight, blocks } = rows
  if (rowHeight >= WORD * scale) return everyRow(rows, 1, nameOf)
  if (blocks.length <= 1) return everyRow(rows, Math.ceil((TICKS * scale) / rowHeight), nameOf)
  let free = 0
  return blocks.flatMap(({ first, count, y }) => {
    const height = count * rowHeight
    // A low last block's label would reach below the raster, where it is cut.
    const middle = Math.min(y + height / 2, rows.height - (WORD * scale) / 2)
    if (middle - (WORD * scale) / 2 < free) return []
    free = middle + (WORD * scale) / 2
    const last = first + count - 1
    return [{ y: middle, text: nameOf(first, last), rows: height >= BUTTON * scale && count > 1 ? ([first, last] as [number, number]) : null }]
  })
}

function everyRow(rows: Rows, each: number, nameOf: (first: number, last: number) => string): Label[] {
  return rows.blocks.flatMap(({ first, count }) =>
    Array.from({ length: Math.ceil(count / each) }, (_, index) => first + index * each).map((row) => ({
      y: topOf(rows, row) + rows.rowHeight / 2,
      text: nameOf(row, row),
      rows: null,
    })),
  )
}
