/** Records as charts draw them, and what they come to: of one node, of a few, or of a set. */

import type { History, HistorySet, HistorySpread } from '@/api/client'
import { type Column, withGaps } from '@/charts/gaps'
import type { Metric } from '@/charts/metrics'
import { highest, memoryRange, PERCENT, type Range, temperatureRange } from '@/charts/scales'

import { curveOf, type Curve, summed } from './curve'

export interface MetricPlot {
  curves: Curve[]
  /** The band around or above the line; null where there is none. */
  low: Column | null
  high: Column | null
  range: Range
  /** Values are percent, whatever the metric's own unit. */
  isShare: boolean
  /** Whether there is any value; a node without a sensor has no temperature. */
  hasValues: boolean
}

/** What each entry rests on, of so many: samples, or nodes of a set. null in a gap. */
export interface Basis {
  basis: Column
  basisOf: number
}

/** What one line of the coverage tells of: a node, or a whole set, which has no hostname. */
export interface Lane extends Basis {
  hostname: string | null
  name: string
}

export interface HistoryPlot extends Basis {
  kind: 'one' | 'several' | 'set'
  /** Unix seconds. */
  from: number
  to: number
  /** Seconds from one entry to the next; more than a record's 300 where a large set is drawn over a long time. */
  step: number
  /** Unix seconds, with one empty entry in each gap. */
  times: number[]
  metrics: Record<Metric, MetricPlot>
  memoryTotals: Column
  lanes: Lane[]
  /** How many records (times, for several nodes) there are, and how many there could be. */
  recordsThere: number
  recordsPossible: number
}

const SAMPLES_IN_RECORD = 60
const NONE: never[] = []

/** One node: the mean as a line, the band up to the maximum. */
export function plotOne(history: History): HistoryPlot {
  const { timestamp, step } = history
  const { times, columns } = withGaps(
    timestamp,
    [
      history.cpu_percent ?? NONE,
      history.cpu_percent_max ?? NONE,
      history.memory_used ?? NONE,
      history.memory_used_max ?? NONE,
      history.cpu_temp ?? NONE,
      history.cpu_temp_max ?? NONE,
      history.memory_total ?? NONE,
      history.samples ?? NONE,
    ],
    step,
  )
  const [cpu, cpuMax, memory, memoryMax, temperature, temperatureMax, memoryTotals, samples] = columns
  const metric = (means: Column, peaks: Column, range: Range): MetricPlot => {
    const curve = curveOf(history.hostname, means, samples, peaks)
    return { curves: [curve], low: means, high: peaks, range, isShare: false, hasValues: curve.mean !== null }
  }
  return {
    kind: 'one',
    ...frameOf(history, times, timestamp),
    metrics: {
      cpu: metric(cpu, cpuMax, PERCENT),
      memory: metric(memory, memoryMax, memoryRange(memoryTotals)),
      temperature: metric(temperature, temperatureMax, temperatureRange(temperature, temperatureMax)),
    },
    memoryTotals,
    basis: samples,
    basisOf: SAMPLES_IN_RECORD,
    lanes: [{ hostname: history.hostname, name: history.hostname, basis: samples, basisOf: SAMPLES_IN_RECORD }],
  }
}

/** A few nodes: a line of means each, over the times of them all. `nameOf` tells a hostname's name for people. */
export function plotSeveral(set: HistorySet, nameOf: (hostname: string) => string): HistoryPlot {
  const timestamp = [...new Set(set.nodes.flatMap((node) => node.timestamp))].sort((a, b) => a - b)
  const { times } = withGaps(timestamp, [], set.step)
  const placed = set.nodes.map((node) => {
    const rows = new Map(node.timestamp.map((time, row) => [time, row]))
    const column = (values: Column | null | undefined) => times.map((time) => values?.[rows.get(time) ?? -1] ?? null)
    return {
      hostname: node.hostname,
      name: nameOf(node.hostname),
      samples: column(node.samples),
      cpu: column(node.cpu_percent),
      memory: column(node.memory_used),
      temperature: column(node.cpu_temp),
      total: highest(node.memory_total ?? NONE),
    }
  })
  const metric = (which: Metric, rangeOf: (columns: Column[]) => Range): MetricPlot => {
    const curves = placed.map((node) => curveOf(node.name, node[which], node.samples))
    const range = rangeOf(curves.map(({ values }) => values))
    return { curves, low: null, high: null, range, isShare: false, hasValues: curves.some(({ mean }) => mean !== null) }
  }
  const totals = placed.map(({ total }) => total)
  return {
    kind: 'several',
    ...frameOf(set, times, timestamp),
    metrics: {
      cpu: metric('cpu', () => PERCENT),
      memory: metric('memory', () => memoryRange(totals)),
      temperature: metric('temperature', (columns) => temperatureRange(...columns)),
    },
    memoryTotals: NONE,
    basis: summed(placed.map(({ samples }) => samples)),
    basisOf: SAMPLES_IN_RECORD * set.nodes.length,
    lanes: placed.map(({ hostname, name, samples }) => ({ hostname, name, basis: samples, basisOf: SAMPLES_IN_RECORD })),
  }
}

/** A set: the median of its nodes as a line, and the band from the 10th to the 90th percentile. */
export function plotSpread(spread: HistorySpread, name: string): HistoryPlot {
  const { timestamp, step } = spread
  const { times, columns } = withGaps(
    timestamp,
    [
      spread.cpu_percent_p10,
      spread.cpu_percent_p50,
      spread.cpu_percent_p90,
      spread.memory_percent_p10,
      spread.memory_percent_p50,
      spread.memory_percent_p90,
      spread.cpu_temp_p10,
      spread.cpu_temp_p50,
      spread.cpu_temp_p90,
      spread.reporting,
    ],
    step,
  )
  const [cpuLow, cpu, cpuHigh, memoryLow, memory, memoryHigh, tempLow, temp, tempHigh, reporting] = columns
  const metric = (low: Column, middle: Column, high: Column, range: Range): MetricPlot => {
    const curve = curveOf(name, middle, reporting, high)
    return { curves: [curve], low, high, range, isShare: true, hasValues: curve.mean !== null }
  }
  return {
    kind: 'set',
    ...frameOf(spread, times, timestamp),
    metrics: {
      cpu: metric(cpuLow, cpu, cpuHigh, PERCENT),
      memory: metric(memoryLow, memory, memoryHigh, PERCENT),
      temperature: { ...metric(tempLow, temp, tempHigh, temperatureRange(tempLow, tempHigh)), isShare: false },
    },
    memoryTotals: NONE,
    basis: reporting,
    basisOf: spread.nodes,
    lanes: [{ hostname: null, name, basis: reporting, basisOf: spread.nodes }],
  }
}

function frameOf({ from, to, step }: { from: number; to: number; step: number }, times: number[], timestamp: readonly number[]) {
  return { from, to, step, times, recordsThere: timestamp.length, recordsPossible: Math.floor((to - from) / step) }
}
