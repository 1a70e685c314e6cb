/** The last minutes of the whole cluster, kept while the page is open. */

import { type Ref, shallowRef, watch } from 'vue'

import type { Api, Trend } from '@/api/client'
import { byMetric, formOf, type Metric, type MetricName } from '@/metrics'

import type { ClusterSummary } from './clusterSummary'

export const TREND_SECONDS = 600
const STEP_SECONDS = 5
/** Seconds between the panel's own points; each is of the first sample in that time. */
const PANEL_STEP_SECONDS = 30

export interface TrendPoint {
  /** Unix seconds, by the panel's clock. */
  time: number
  metrics: Record<MetricName, TrendValue>
}

/** For percent, the mean and the highest above it. For a part of a whole, its share in percent. For others, the highest. */
export interface TrendValue {
  value: number | null
  upper: number | null
}

/** Ten minutes of `summary`: first what the panel knows, then one point for each 5 s of its time. A silence stays a gap. */
export function useTrends(
  api: Pick<Api, 'trend'>,
  summary: Ref<ClusterSummary>,
  heardAt: Ref<number | null>,
): Readonly<Ref<readonly TrendPoint[]>> {
  const points = shallowRef<readonly TrendPoint[]>([])
  // If the past can't be read, the small charts begin with the visit.
  void api.trend().then((trend) => {
    points.value = joined(pointsOf(trend), points.value)
  }, () => undefined)
  watch(heardAt, (now) => {
    if (now !== null) points.value = grown(points.value, pointOf(summary.value, now))
  })
  return points
}

/** `points` with `point` at the end; it replaces the last one if both are of the same 5 s. */
export function grown(points: readonly TrendPoint[], point: TrendPoint): readonly TrendPoint[] {
  const kept = points.filter(({ time }) => time > point.time - TREND_SECONDS && time < point.time)
  return [...kept, point]
}

/** `past` up to where `points` begin, then these. */
export function joined(past: readonly TrendPoint[], points: readonly TrendPoint[]): readonly TrendPoint[] {
  const [first] = points
  return [...past.filter(({ time }) => first === undefined || time < first.time), ...points]
}

function pointsOf(trend: Trend): TrendPoint[] {
  const columns = trend as unknown as Partial<Record<string, (number | null)[]>>
  return trend.timestamp.map((time, index) => {
    const at = (column: string | undefined) => columns[column ?? '']?.[index] ?? null
    return { time, metrics: byMetric((metric) => trendValue(metric, ({ columns: { mean, max, share } }) => [at(mean), at(max), at(share)])) }
  })
}

function pointOf({ metrics }: ClusterSummary, now: number): TrendPoint {
  return {
    time: Math.floor(now / STEP_SECONDS) * STEP_SECONDS,
    metrics: byMetric((metric) =>
      trendValue(metric, ({ name }) => {
        const { mean, highest, sum, total } = metrics[name]
        return [mean, highest?.value ?? null, sum !== null && total ? (100 * sum) / total : null]
      }),
    ),
  }
}

function trendValue(metric: Metric, valuesOf: (metric: Metric) => [mean: number | null, highest: number | null, share: number | null]): TrendValue {
  const [mean, highest, share] = valuesOf(metric)
  const form = formOf(metric)
  if (form === 'percent') return { value: mean, upper: highest }
  return { value: form === 'of-total' ? share : highest, upper: null }
}

/** The greatest distance at which two points are joined, if samples come every `interval` seconds. */
export function joinedSeconds(interval: number): number {
  return 1.5 * Math.ceil(PANEL_STEP_SECONDS / interval) * interval
}

/** An SVG path through `values` at `times`, broken where two are more than `joined` seconds apart or a value is missing. */
export function sparkPath(
  times: readonly number[],
  values: readonly (number | null)[],
  place: (time: number, value: number) => [number, number],
  joined: number,
) {
  let path = ''
  let last: number | null = null
  times.forEach((time, index) => {
    const value = values[index] ?? null
    if (value === null) {
      last = null
      return
    }
    const [x, y] = place(time, value)
    const isJoined = last !== null && time - last <= joined
    path += `${isJoined ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}${isJoined ? '' : 'h0.01'}`
    last = time
  })
  return path
}
