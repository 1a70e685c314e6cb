/** Records to test with. */

import type { ClusterPast, History, HistorySet, HistorySpread } from '@/api/client'

export const FROM = 1_700_000_100

/** Three records of a node, with one missing between the second and the third. */
export function records(changes: Partial<History> = {}): History {
  return {
    node_id: 1,
    hostname: 'node01',
    period: '1d',
    from: FROM,
    to: FROM + 86_400,
    step: 300,
    interval: 5,
    timestamp: [FROM + 300, FROM + 600, FROM + 1500],
    cpu_percent: [10, 20, 90],
    cpu_percent_max: [15, 60, 100],
    memory_total: [100, 100, 200],
    memory_used: [40, 50, 60],
    memory_used_max: [45, 55, 65],
    memory_percent: [40, 50, 30],
    cpu_temp: [50, null, 70],
    cpu_temp_max: [55, null, 75],
    samples: [60, 60, 30],
    ...changes,
  }
}

/** The same records for each of `hostnames`; the second node and those after it lack the first record. */
export function setOf(...hostnames: string[]): HistorySet {
  const { period, from, to, step, interval, ...columns } = records()
  const late = records({ timestamp: [FROM + 600, FROM + 1500], cpu_percent: [70, 80], memory_used: [1, 2], cpu_temp: [40, 41], samples: [60, 60] })
  const nodes = hostnames.map((hostname, index) => ({ ...(index === 0 ? columns : late), hostname, node_id: index + 1 }))
  return { period, from, to, step, interval, nodes }
}

export function spread(changes: Partial<HistorySpread> = {}): HistorySpread {
  return {
    period: '1d',
    from: FROM,
    to: FROM + 86_400,
    step: 600,
    nodes: 12,
    timestamp: [FROM + 300, FROM + 900],
    reporting: [12, 6],
    cpu_percent_p10: [5, 6],
    cpu_percent_p50: [50, 60],
    cpu_percent_p90: [95, 96],
    memory_percent_p10: [10, 11],
    memory_percent_p50: [20, 21],
    memory_percent_p90: [30, 31],
    cpu_temp_p10: [null, 40],
    cpu_temp_p50: [null, 50],
    cpu_temp_p90: [null, 60],
    ...changes,
  } as HistorySpread // Without metrics that came later.
}

/** Three times of a cluster of twelve, the last of which the panel missed. */
export function clusterPast(changes: Partial<ClusterPast> = {}): ClusterPast {
  return {
    period: '1d',
    from: FROM,
    to: FROM + 900,
    step: 300,
    width: 300,
    nodes: 14,
    idle_below: 10,
    filling: null,
    timestamp: [FROM + 300, FROM + 600, FROM + 900],
    busy: [8, 6, 0],
    idle: [4, 3, 0],
    down: [0, 3, 3],
    unknown: [0, 0, 9],
    cpu_percent: [40, 20, null],
    memory_percent: [30, 31, null],
    cpu_temp_max: [70, 81.5, null],
    cpu_temp_max_node: [1, 2, null],
    ...changes,
  } as ClusterPast // Without metrics that came later.
}
