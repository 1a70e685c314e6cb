/** Newest samples in columns, as the stream sends them: a fifth of the bytes of a list of objects (docs/api.md). */

import type { Realtime, RealtimeNode } from './client'
import { METRICS } from './metrics'

/** `count`: of how many nodes. A column is a list with one value per node, or the one value that all of them have. */
export interface RealtimeColumns {
  timestamp: number
  interval: number
  count: number
  columns: Record<string, unknown>
}

type Cells = Record<string, unknown>

/** Reads the events of one stream. `samples` leave out what a snapshot had and what does not change. */
export class ColumnsReader {
  private readonly known = new Map<number, RealtimeNode>()

  snapshot(event: Realtime | RealtimeColumns): Realtime {
    this.known.clear()
    return this.samples(event)
  }

  samples(event: Realtime | RealtimeColumns): Realtime {
    if (!('columns' in event)) return event
    const { timestamp, interval, count, columns } = event
    const nodes: RealtimeNode[] = []
    const names = Object.keys(columns)
    for (let place = 0; place < count; place++) {
      const told: Cells = {}
      for (const name of names) {
        const column = columns[name]
        told[name] = Array.isArray(column) ? column[place] : column
      }
      const id = told.id as number
      const before = this.known.get(id)
      // A node that is not known yet comes complete with the next snapshot.
      if (!before && !('name' in columns)) continue
      addShares(told)
      const node = { ...before, ...told } as RealtimeNode
      this.known.set(id, node)
      nodes.push(node)
    }
    return { timestamp, interval, nodes }
  }
}

function addShares(told: Cells) {
  for (const metric of METRICS) {
    if (metric.ofTotal === null || !('share' in metric.columns)) continue
    const part = told[metric.name]
    const total = told[metric.ofTotal]
    const share = typeof part === 'number' && typeof total === 'number' ? Math.round((10_000 * part) / total) / 100 : null
    told[metric.columns.share] = share
  }
}
