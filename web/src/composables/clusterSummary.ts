/** What all nodes come to together. */

import type { NodeState, RealtimeNode } from '@/api/client'

export interface ClusterSummary {
  counts: Record<NodeState, number>
  /** Of the nodes that are up: CPU percent, bytes of memory, and the busiest, the hottest and the worst-timed. null when there is none. */
  cpuMean: number | null
  busiest: { name: string; percent: number } | null
  memoryUsed: number | null
  memoryTotal: number | null
  hottest: { name: string; celsius: number } | null
  /** The clock farthest from the panel's; seconds, below zero when it is behind. */
  skew: { name: string; seconds: number } | null
  /** Unix seconds of the newest sample of any node; null before the first. */
  newest: number | null
}

/** Sum up `nodes`. Only the values of nodes that are up count: the others are old. */
export function summaryOf(nodes: readonly RealtimeNode[]): ClusterSummary {
  const counts: Record<NodeState, number> = { up: 0, down: 0, never: 0, disabled: 0 }
  for (const node of nodes) counts[node.state] += 1
  const up = nodes.filter((node) => node.state === 'up')
  const cpu = known(up.map((node) => node.cpu_percent))
  const busiest = highestOf(up, ({ cpu_percent }) => cpu_percent)
  const hottest = highestOf(up, ({ cpu_temp }) => cpu_temp)
  const skewed = highestOf(up, ({ clock_skew_seconds: skew }) => skew && Math.abs(skew))
  return {
    counts,
    cpuMean: cpu.length > 0 ? sum(cpu) / cpu.length : null,
    busiest: busiest && { name: busiest.name, percent: busiest.cpu_percent ?? 0 },
    memoryUsed: up.length > 0 ? sum(known(up.map((node) => node.memory_used))) : null,
    memoryTotal: up.length > 0 ? sum(known(up.map((node) => node.memory_total))) : null,
    hottest: hottest && { name: hottest.name, celsius: hottest.cpu_temp ?? 0 },
    skew: skewed && { name: skewed.name, seconds: skewed.clock_skew_seconds ?? 0 },
    newest: known(nodes.map((node) => node.timestamp)).reduce<number | null>((best, time) => Math.max(best ?? 0, time), null),
  }
}

function highestOf(nodes: readonly RealtimeNode[], valueOf: (node: RealtimeNode) => number | null): RealtimeNode | null {
  let highest: { node: RealtimeNode; value: number } | null = null
  for (const node of nodes) {
    const value = valueOf(node)
    if (value !== null && (highest === null || value > highest.value)) highest = { node, value }
  }
  return highest?.node ?? null
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
