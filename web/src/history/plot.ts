/** Records as charts draw them, with their means and peaks: of one node, a few, or a set. */

import type { History, HistorySet, HistorySpread } from '@/api/client'
import { type Column, gapped, spreadOut } from '@/charts/gaps'
import { highest, PERCENT, type Range, rangeOf } from '@/charts/scales'
import { byMetric, formOf, type MetricName } from '@/metrics'

import { curveOf, type Curve, summed } from './curve'

export interface MetricPlot {
  curves: Curve[]
  /** The band around or above the line; null if there is none. */
  low: Column | null
  high: Column | null
  /** The whole that the values are a part of; null if it is not shown. */
  totals: Column | null
  range: Range
  /** Values are percent, whatever the metric's own unit. */
  isShare: boolean
  /** Whether there is any value: a node without a sensor has no temperature. */
  hasValues: boolean
}

/** How many samples, or nodes of a set, each entry is made of, and how many there could be. null in a gap. */
export interface Basis {
  basis: Column
  basisOf: number
}

/** One line of the coverage: a node, or a whole set, which has no hostname. */
export interface Lane extends Basis {
  hostname: string | null
  name: string
}

export interface HistoryPlot extends Basis {
  kind: 'one' | 'several' | 'set' | 'cluster'
  /** Unix seconds. */
  from: number
  to: number
  /** Seconds from one entry to the next; more than a record's 300 if a large set is drawn over a long time. */
  step: number
  /** Unix seconds, with one empty entry in each gap. */
  times: number[]
  metrics: Record<MetricName, MetricPlot>
  lanes: Lane[]
  /** How many records (times, for several nodes) there are, and how many there could be. */
  /** How many of the nodes have never sent a sample: these miss nothing. */
  neverSeen?: number
  /** What nodes did; only for the whole cluster. */
  cluster?: ClusterCounts
  recordsThere: number
  recordsPossible: number
  /** Records up to this time (Unix seconds) could not be read from the archive. */
  unreadUntil?: number | undefined
}

/** What all charts of a plot share. A chart is drawn again if it gets a new one, so keep it while the crosshair moves. */
export const axisOf = ({ times, from, to, step }: HistoryPlot) => ({ times, timeRange: [from, to] as Range, step })

export const STATES = ['busy', 'idle', 'down', 'unknown'] as const
export type ClusterState = (typeof STATES)[number]

/** How many nodes were in each state, and for each metric the name of the node with the highest value. */
export interface ClusterCounts {
  counts: Record<ClusterState, readonly number[]>
  highestNodes: Partial<Record<MetricName, readonly (string | null)[]>>
  /** Percent of CPU from which a node is busy. */
  idleBelow: number
  /** Hours of this time are still being made from records. */
  isFilling: boolean
}

const NONE: never[] = []
type SpreadName = Extract<keyof HistorySpread, `${string}_p${number}`>

/** One node: the mean as a line, the band up to the maximum. */
export function plotOne(history: History): HistoryPlot {
  const { timestamp, step } = history
  const { times, sources } = gapped(timestamp, step)
  const column = (values: Column | null | undefined) => spreadOut(values ?? NONE, sources)
  const samples = column(history.samples)
  const whole = wholeEntry(history)
  const weights = weightsOf(samples, whole)
  return {
    kind: 'one',
    ...frameOf(history, times, timestamp),
    metrics: byMetric((metric) => {
      const [means, peaks] = [column(history[metric.columns.mean]), metric.columns.max === undefined ? null : column(history[metric.columns.max])]
      const totals = metric.ofTotal === null ? null : column(history[metric.ofTotal])
      const curve = curveOf(history.hostname, means, weights, peaks ?? means)
      const range = rangeOf(metric, [means, peaks ?? NONE], totals ?? NONE)
      return { curves: [curve], low: peaks && means, high: peaks, totals, range, isShare: false, hasValues: curve.mean !== null }
    }),
    basis: samples,
    basisOf: whole,
    lanes: [{ hostname: history.hostname, name: history.hostname, basis: samples, basisOf: whole }],
  }
}

/** A few nodes: one line of means per node, over the times of all. `nameOf`: the display name of a hostname. */
export function plotSeveral(set: HistorySet, nameOf: (hostname: string) => string): HistoryPlot {
  const timestamp = [...new Set(set.nodes.flatMap((node) => node.timestamp))].sort((a, b) => a - b)
  const { times } = gapped(timestamp, set.step)
  const whole = wholeEntry(set)
  const placed = set.nodes.map((node) => {
    const rows = new Map(node.timestamp.map((time, row) => [time, row]))
    const column = (values: Column | null | undefined) => times.map((time) => values?.[rows.get(time) ?? -1] ?? null)
    return { hostname: node.hostname, name: nameOf(node.hostname), node, column, samples: column(node.samples) }
  })
  return {
    kind: 'several',
    ...frameOf(set, times, timestamp),
    metrics: byMetric((metric) => {
      const curves = placed.map(({ name, node, column, samples }) => curveOf(name, column(node[metric.columns.mean]), weightsOf(samples, whole)))
      const totals = placed.map(({ node }) => (metric.ofTotal === null ? null : highest(node[metric.ofTotal] ?? NONE)))
      const range = rangeOf(metric, curves.map(({ values }) => values), totals)
      return { curves, low: null, high: null, totals: null, range, isShare: false, hasValues: curves.some(({ mean }) => mean !== null) }
    }),
    basis: summed(placed.map(({ samples }) => samples)),
    basisOf: whole * set.nodes.length,
    lanes: placed.map(({ hostname, name, samples }) => ({ hostname, name, basis: samples, basisOf: whole })),
  }
}

/** A set: the median of its nodes as a line, and the band from the 10th to the 90th percentile. */
export function plotSpread(spread: HistorySpread, name: string, neverSeen = 0): HistoryPlot {
  const { timestamp, step } = spread
  const { times, sources } = gapped(timestamp, step)
  const reporting = spreadOut(spread.reporting, sources)
  const basisOf = Math.max(1, spread.nodes - neverSeen)
  return {
    kind: 'set',
    ...frameOf(spread, times, timestamp),
    metrics: byMetric((metric) => {
      // Parts of a whole are drawn as shares, because nodes differ in size.
      const isShare = formOf(metric) !== 'plain'
      const column = metric.columns.share ?? metric.columns.mean
      const at = (percentile: 'p10' | 'p50' | 'p90') => spreadOut(spread[`${column}_${percentile}` as SpreadName], sources)
      const [low, middle, high] = [at('p10'), at('p50'), at('p90')]
      const curve = curveOf(name, middle, reporting, high)
      const range = isShare ? PERCENT : rangeOf(metric, [low, high])
      return { curves: [curve], low, high, totals: null, range, isShare, hasValues: curve.mean !== null }
    }),
    basis: reporting,
    basisOf,
    neverSeen,
    lanes: [{ hostname: null, name, basis: reporting, basisOf }],
  }
}

/** How many samples or nodes an entry could have. A record made at a shorter interval than the current one has more, and is complete. */
export function possibleOf(there: number | null, basisOf: number): number {
  return Math.max(there ?? 0, basisOf)
}

/**
 * How many samples a complete record, or a complete hour, has if one comes every `interval` seconds. Records do not have the
 * interval at which they were made, so the current one is used for all.
 */
function wholeEntry({ step, interval }: { step: number; interval: number }): number {
  return Math.floor(step / interval)
}

function weightsOf(samples: Column, whole: number): Column {
  return samples.map((there) => there && Math.min(there, whole))
}

function frameOf({ from, to, step, unread }: { from: number; to: number; step: number; unread?: { until: number } }, times: number[], timestamp: readonly number[]) {
  // What could not be read does not count as missing.
  const since = Math.min(to, Math.max(from, unread?.until ?? from))
  return { from, to, step, times, unreadUntil: unread?.until, recordsThere: timestamp.length, recordsPossible: Math.floor((to - since) / step) }
}
