/** The totals of all nodes. */

import type { NodeState, RealtimeNode } from '@/api/client'
import { byMetric, type Metric, type MetricName } from '@/metrics'

/** Of the nodes that are up, in the metric's unit. null if there is none. */
export interface MetricSummary {
  mean: number | null
  highest: { name: string; hostname: string; value: number } | null
  /** The sum of the values, and the sum of the wholes. */
  sum: number | null
  total: number | null
}

export interface ClusterSummary {
  counts: Record<NodeState, number>
  metrics: Record<MetricName, MetricSummary>
  /** The clock farthest from the panel's: seconds, below zero if it is behind. */
  skew: { name: string; hostname: string; seconds: number } | null
  /** Unix seconds of the newest sample of any node; null before the first. */
  newest: number | null
}

/** Sum up `nodes`. Only the values of nodes that are up count: the others are old. */
export function summaryOf(nodes: readonly RealtimeNode[]): ClusterSummary {
  const counts: Record<NodeState, number> = { up: 0, down: 0, never: 0, disabled: 0 }
  for (const node of nodes) counts[node.state] += 1
  const up = nodes.filter((node) => node.state === 'up')
  const skewed = highestOf(up, ({ clock_skew_seconds: skew }) => skew && Math.abs(skew))
  return {
    counts,
    metrics: byMetric((metric) => metricSummary(up, metric)),
    skew: skewed && { name: skewed.name, hostname: skewed.hostname, seconds: skewed.clock_skew_seconds ?? 0 },
    newest: known(nodes.map((node) => node.timestamp)).reduce<number | null>((best, time) => Math.max(best ?? 0, time), null),
  }
}

function metricSummary(up: readonly RealtimeNode[], { name, ofTotal }: Metric): MetricSummary {
  const values = known(up.map((node) => node[name]))
  const highest = highestOf(up, (node) => node[name])
  return {
    mean: values.length > 0 ? sum(values) / values.length : null,
    highest: highest && { name: highest.name, hostname: highest.hostname, value: highest[name] ?? 0 },
    sum: up.length > 0 ? sum(values) : null,
    total: up.length > 0 && ofTotal !== null ? sum(known(up.map((node) => node[ofTotal]))) : null,
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
