/** The range of each chart's value axis. */

import type { Metric } from '@/metrics'

export type Range = [low: number, high: number]

export const PERCENT: Range = [0, 100]

/** Steps of a memory axis: powers of two of 1024³ bytes, as memory is sold. */
export const MEMORY_STEPS = Array.from({ length: 20 }, (_, power) => 2 ** (power - 4) * 1024 ** 3)

/** Steps of an axis with counts: there is no half node. */
export const WHOLE_STEPS = Array.from({ length: 8 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat()

/** The axis range for the values of `columns`, by the metric's unit. `totals`: the whole that they are a part of. */
export function rangeOf({ unit, low, ofTotal }: Metric, columns: readonly (readonly (number | null)[])[], totals: readonly (number | null)[] = []): Range {
  if (unit === '%') return PERCENT
  if (ofTotal !== null) return memoryRange(totals)
  if (unit === '°C') return temperatureRange(...columns)
  return [low ?? 0, Math.max((low ?? 0) + 1, highest(columns.flat()) ?? 0)]
}

/** From zero to all the memory the node has had, in bytes. */
export function memoryRange(totals: readonly (number | null)[]): Range {
  return [0, Math.max(1, highest(totals) ?? 0)]
}

/** Whole tens around the temperatures, at least 20 °C: a sensor's noise must not look like a fire. */
export function temperatureRange(...columns: readonly (readonly (number | null)[])[]): Range {
  const low = Math.floor((lowest(columns.flat()) ?? 20) / 10) * 10
  const high = Math.ceil((highest(columns.flat()) ?? 40) / 10) * 10
  return [low, Math.max(high, low + 20)]
}

/** `range` with room for a limit: whole tens above it. */
export function withLimit([low, high]: Range, limit: number | null | undefined): Range {
  return [low, limit === null || limit === undefined ? high : Math.max(high, Math.ceil(limit / 10) * 10)]
}

/** The labelled values of an axis: the multiples of `step`, or both ends if fewer than two fit. A curve can't be read by one value. */
export function valueSplits(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step)
  const count = step > 0 ? Math.floor(high / step) - first + 1 : 0
  return count >= 2 ? Array.from({ length: count }, (_, index) => Number(((first + index) * step).toPrecision(12))) : [low, high]
}

/** The largest value; null if there is none. */
export function highest(values: readonly (number | null)[]): number | null {
  return values.reduce((best, value) => (value !== null && (best === null || value > best) ? value : best), null)
}

function lowest(values: readonly (number | null)[]): number | null {
  return values.reduce((best, value) => (value !== null && (best === null || value < best) ? value : best), null)
}
