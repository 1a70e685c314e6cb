/** The answer of GET /api/metrics/raster: a line of JSON, then one byte per cell, row by row. */

import type { Absence, RasterHead } from '@/api/client'

/** The cell of the highest value. The lowest value is 1, and 0 means none. */
export const HIGHEST_CELL = 251

const NEWLINE = 10

/** One metric of a set over time: rows are nodes, or bands of several nodes, and columns are times. */
export interface Raster {
  head: RasterHead
  mean: Uint8Array
  /** Of the nodes of a band; null if each row is one node. */
  max: Uint8Array | null
}

/** Throws an Error for an answer that was cut short. */
export function decoded(answer: ArrayBuffer): Raster {
  const bytes = new Uint8Array(answer)
  const end = bytes.indexOf(NEWLINE)
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as RasterHead
  const size = head.rows.length * head.columns
  if (bytes.length - end - 1 !== head.planes.length * size) throw new Error('the raster was cut short')
  const planeOf = (name: string) => {
    const place = head.planes.indexOf(name)
    return place < 0 ? null : bytes.subarray(end + 1 + place * size, end + 1 + (place + 1) * size)
  }
  return { head, mean: planeOf('mean') ?? bytes.subarray(end + 1), max: planeOf('max') }
}

/** The same with its rows in another order, first the row `order[0]`, and so on. For rows of one node each. */
export function reordered({ head, mean }: Raster, order: readonly number[]): Raster {
  const cells = new Uint8Array(mean.length)
  const rowOf = new Map(order.map((place, row) => [place, row]))
  order.forEach((place, row) => { cells.set(mean.subarray(place * head.columns, (place + 1) * head.columns), row * head.columns) })
  const missing = head.missing.map(([row, ...rest]): RasterHead['missing'][number] => [rowOf.get(row) ?? row, ...rest] as RasterHead['missing'][number])
  return { head: { ...head, rows: order.flatMap((place) => [head.rows[place] ?? []]), missing }, mean: cells, max: null }
}

/** The value of a cell in the metric's unit, or in percent for a part of a whole; null for none. */
export function valueOf({ low, high }: Pick<RasterHead, 'low' | 'high'>, cell: number | undefined): number | null {
  return cell ? low + ((cell - 1) * (high - low)) / (HIGHEST_CELL - 1) : null
}

/** Why nothing is known of a row at a column; null if there is a value, or no reason is given. */
export function reasonAt({ head }: Raster, row: number, column: number): Absence | null {
  return head.missing.find(([at, first, end]) => at === row && first <= column && column < end)?.[3] ?? null
}

/** When a column begins and ends, in Unix seconds. */
export function timesOf(head: Pick<RasterHead, 'from' | 'width'>, column: number): [from: number, to: number] {
  return [head.from + column * head.width, head.from + (column + 1) * head.width]
}

/** A summary of a row: its mean, its highest value, and the share of columns that have one (0 to 1). */
export interface RowSummary {
  mean: number | null
  max: number | null
  known: number
}

export function summaryOf({ head, mean, max }: Raster, row: number): RowSummary {
  const cells = mean.subarray(row * head.columns, (row + 1) * head.columns)
  const highs = max ? max.subarray(row * head.columns, (row + 1) * head.columns) : cells
  let [sum, known] = [0, 0]
  for (const cell of cells) {
    sum += cell
    if (cell) known += 1
  }
  return {
    mean: valueOf(head, known > 0 ? sum / known : 0),
    max: valueOf(head, highs.reduce((best, cell) => Math.max(best, cell), 0)),
    known: head.columns > 0 ? known / head.columns : 0,
  }
}
