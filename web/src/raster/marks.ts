/** Where alerts were open on a raster: from when until when, of which rows. */

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

/** With more the picture could not be seen any more. */
const MOST = 200
/** What they tell is hatched anyway. */
const OF_DOWN_NODES = new Set(['node-down', 'many-down'])

/** A rectangle for rows side by side. `rowOf` tells a node's row by its hostname; what is open reaches to `end`. */
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
