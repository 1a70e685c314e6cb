/** Where alerts were open on a raster: at which times, and in which rows. */

import type { AlertGroup } from '@/alerts/fold'

export interface RasterMark {
  /** Rows. */
  first: number
  last: number
  /** Unix seconds. */
  from: number
  to: number
  isCritical: boolean
}

/** More would hide the picture. */
const MOST = 200
/** Not marked: these are visible as hatching anyway. */
const OF_DOWN_NODES = new Set(['node-down', 'many-down'])

/** One rectangle for adjacent rows. `rowOf`: a node's row, by hostname. An open alert reaches to `end`. */
export function marksOf(groups: readonly AlertGroup[], rowOf: ReadonlyMap<string, number>, end: number): RasterMark[] {
  return groups
    .filter(({ worst }) => !OF_DOWN_NODES.has(worst.rule))
    .flatMap(({ hostnames, worst, from, to }) => {
      const rows = [...new Set(hostnames.map((name) => rowOf.get(name)).filter((row) => row !== undefined))].sort((a, b) => a - b)
      return stretches(rows).map(([first, last]) => ({ first, last, from, to: to ?? end, isCritical: worst.severity === 'critical' }))
    })
    .slice(0, MOST)
}

function stretches(rows: readonly number[]): [first: number, last: number][] {
  const found: [number, number][] = []
  for (const row of rows) {
    const last = found.at(-1)
    if (last?.[1] === row - 1) last[1] = row
    else found.push([row, row])
  }
  return found
}
