/** The whole cluster over time, as charts draw it. */

import type { ClusterPast } from '@/api/client'
import type { Column } from '@/charts/gaps'
import { PERCENT, rangeOf } from '@/charts/scales'
import { byMetric, formOf, type Metric, type MetricName, METRICS } from '@/metrics'

import { curveOf } from './curve'
import type { ClusterCounts, HistoryPlot, MetricPlot } from './plot'

/** For each metric, the mean over nodes or the highest value; a column has a value for each time. `nameOf`: a node's name by its id. */
export function plotCluster(past: ClusterPast, title: string, nameOf: (id: number) => string): HistoryPlot {
  const { timestamp, busy, idle, down, unknown, width } = past
  const reporting = busy.map((count, index) => (count + (idle[index] ?? 0)) || null)
  const there = timestamp.map((_, index) => (reporting[index] ?? 0) + (down[index] ?? 0) + (unknown[index] ?? 0))
  return {
    kind: 'cluster',
    from: past.from,
    to: past.to,
    step: width,
    times: timestamp,
    metrics: byMetric((metric) => plotOf(past, metric, title, reporting)),
    basis: reporting,
    basisOf: Math.max(0, ...there),
    lanes: [{ hostname: null, name: title, basis: reporting, basisOf: Math.max(0, ...there) }],
    cluster: countsOf(past, nameOf),
    recordsThere: reporting.filter((count) => count !== null).length,
    recordsPossible: timestamp.length,
    unreadUntil: past.unread?.until,
  }
}

function plotOf(past: ClusterPast, metric: Metric, title: string, reporting: Column): MetricPlot {
  const columns = past as unknown as Partial<Record<string, Column>>
  const mean = columns[metric.columns.share ?? metric.columns.mean]
  const values = mean ?? columns[metric.columns.max ?? ''] ?? []
  const isShare = formOf(metric) !== 'plain'
  const curve = curveOf(title, values, reporting)
  return { curves: [curve], low: null, high: null, totals: null, range: isShare ? PERCENT : rangeOf(metric, [values]), isShare, hasValues: curve.mean !== null }
}

function countsOf(past: ClusterPast, nameOf: (id: number) => string): ClusterCounts {
  const { busy, idle, down, unknown } = past
  const columns = past as unknown as Partial<Record<string, readonly (number | null)[]>>
  const highest = METRICS.flatMap(({ name, columns: { max } }): [MetricName, (string | null)[]][] => {
    const nodes = columns[`${max ?? ''}_node`]
    return nodes ? [[name, nodes.map((id) => (id === null ? null : nameOf(id)))]] : []
  })
  return { counts: { busy, idle, down, unknown }, highestNodes: Object.fromEntries(highest), idleBelow: past.idle_below, isFilling: past.filling !== null }
}

/** The index of the highest value in a column; null if there is none. */
export function placeOfHighest(values: Column): number | null {
  let best: number | null = null
  values.forEach((value, index) => {
    if (value !== null && (best === null || value > (values[best] ?? -Infinity))) best = index
  })
  return best
}

/** Stacked counts, in the order of their names: [busy, busy + idle, …]. */
export function stacked(counts: ClusterCounts['counts'], order: readonly (keyof ClusterCounts['counts'])[]): number[][] {
  const sums: number[][] = []
  for (const state of order) {
    const below = sums.at(-1)
    sums.push(counts[state].map((count, index) => count + (below?.[index] ?? 0)))
  }
  return sums
}
