/** What all nodes come to together. */

import type { NodeState, RealtimeNode } from '@/api/client'

export interface ClusterSummary {
  counts: Record<NodeState, number>
  /** Of the nodes that are up: mean CPU percent, bytes of memory, and the hottest node. null when there is none. */
  cpuMean: number | null
  memoryUsed: number | null
  memoryTotal: number | null
  hottest: { name: string; celsius: number } | null
  /** Unix seconds of the newest sample of any node; null before the first. */
  newest: number | null
}

/** Sum up `nodes`. Only the values of nodes that are up count: the others are old. */
export function summaryOf(nodes: readonly RealtimeNode[]): ClusterSummary {
  const counts: Record<NodeState, number> = { up: 0, down: 0, never: 0, disabled: 0 }
  for (const node of nodes) counts[node.state] += 1
  const up = nodes.filter((node) => node.state === 'up')
  const cpu = known(up.map((node) => node.cpu_percent))
  return {
    counts,
    cpuMean: cpu.length > 0 ? sum(cpu) / cpu.length : null,
    memoryUsed: up.length > 0 ? sum(known(up.map((node) => node.memory_used))) : null,
    memoryTotal: up.length > 0 ? sum(known(up.map((node) => node.memory_total))) : null,
    hottest: hottestOf(up),
    newest: known(nodes.map((node) => node.timestamp)).reduce<number | null>((best, time) => Math.max(best ?? 0, time), null),
  }
}

function hottestOf(nodes: readonly RealtimeNode[]): ClusterSummary['hottest'] {
  let hottest: ClusterSummary['hottest'] = null
  for (const { name, cpu_temp } of nodes) {
    if (cpu_temp !== null && (hottest === null || cpu_temp > hottest.celsius)) hottest = { name, celsius: cpu_temp }
  }
  return hottest
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
