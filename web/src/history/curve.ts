/** One line of a chart, and its mean and peak over the whole time. */

import type { Column } from '@/charts/gaps'
import { highest } from '@/charts/scales'

export interface Curve {
  name: string
  values: Column
  /** Over the whole time; null without values. */
  mean: number | null
  peak: number | null
}

/** The line `values`. In the mean each counts as often as its weight in `weights`; the peak is that of `peaks`, if given. */
export function curveOf(name: string, values: Column, weights: Column, peaks: Column = values): Curve {
  return { name, values, mean: weightedMean(values, weights), peak: highest(peaks) }
}

/** The weighted mean of `values`; null if nothing counts. */
export function weightedMean(values: Column, weights: Column): number | null {
  let sum = 0
  let weight = 0
  values.forEach((value, index) => {
    if (value === null) return
    sum += value * (weights[index] ?? 0)
    weight += weights[index] ?? 0
  })
  return weight > 0 ? sum / weight : null
}

/** The sum of the columns, entry by entry; null for an entry without a value in any. */
export function summed(columns: readonly Column[]): (number | null)[] {
  const [first = []] = columns
  return first.map((_, index) =>
    columns.reduce<number | null>((sum, column) => {
      const value = column[index] ?? null
      return value === null ? sum : (sum ?? 0) + value
    }, null),
  )
}
