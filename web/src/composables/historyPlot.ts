/** A node's records as charts draw them, and what they come to. */

import type { History } from '@/api/client'
import { withGaps } from '@/charts/gaps'
import { highest } from '@/charts/scales'

/** Of one metric: the mean of each record, the maximum of each record, and both over the whole period (null without values). */
export interface MetricPlot {
  means: (number | null)[]
  peaks: (number | null)[]
  mean: number | null
  peak: number | null
}

export interface HistoryPlot {
  /** Seconds from one record to the next. */
  step: number
  /** Unix seconds, with one empty entry in each gap. */
  times: number[]
  cpu: MetricPlot
  memory: MetricPlot
  temperature: MetricPlot
  memoryTotals: (number | null)[]
  /** How many samples each record rests on; null in a gap. */
  samples: (number | null)[]
  /** How many records there are, and how many there could be. */
  recordsThere: number
  recordsPossible: number
}

/** Records of `GET /api/metrics/history/{node}` with all their columns. */
export function plotOf(history: History): HistoryPlot {
  const { timestamp, step } = history
  const { times, columns } = withGaps(
    timestamp,
    [
      history.cpu_percent ?? [],
      history.cpu_percent_max ?? [],
      history.memory_used ?? [],
      history.memory_used_max ?? [],
      history.cpu_temp ?? [],
      history.cpu_temp_max ?? [],
      history.memory_total ?? [],
      history.samples ?? [],
    ],
    step,
  )
  const [cpu, cpuMax, memory, memoryMax, temperature, temperatureMax, memoryTotals, samples] = columns
  return {
    step,
    times,
    cpu: metricOf(cpu, cpuMax, samples),
    memory: metricOf(memory, memoryMax, samples),
    temperature: metricOf(temperature, temperatureMax, samples),
    memoryTotals,
    samples,
    recordsThere: timestamp.length,
    recordsPossible: Math.floor((history.to - history.from) / step),
  }
}

/** The mean of `values`, each counted as often as its weight says; null when nothing counts. */
export function weightedMean(values: readonly (number | null)[], weights: readonly (number | null)[]): number | null {
  let sum = 0
  let weight = 0
  values.forEach((value, index) => {
    if (value === null) return
    sum += value * (weights[index] ?? 0)
    weight += weights[index] ?? 0
  })
  return weight > 0 ? sum / weight : null
}

function metricOf(means: (number | null)[], peaks: (number | null)[], samples: (number | null)[]): MetricPlot {
  return { means, peaks, mean: weightedMean(means, samples), peak: highest(peaks) }
}
