/** One line of a chart, and what it comes to over the whole time. */

import type { Column } from '@/charts/gaps'
import { highest } from '@/charts/scales'

export interface Curve {
  name: string
  values: Column
  /** Over the whole time; null without values. */
  mean: number | null
  peak: number | null
}

/** The line `values`. Each counts as often in the mean as `weights` says; the peak is that of `peaks` where there are any. */
export function curveOf(name: string, values: Column, weights: Column, peaks: Column = values): Curve {
  return { name, values, mean: weightedMean(values, weights), peak: highest(peaks) }
}

/** The mean of `values`, each counted as often as its weight says; null when nothing counts. */
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

/** The sum of the columns, entry by entry; null where none has a value. */
export function summed(columns: readonly Column[]): (number | null)[] {
  const [first = []] = columns
  return first.map((_, index) =>
    columns.reduce<number | null>((sum, column) => {
      const value = column[index] ?? null
      return value === null ? sum : (sum ?? 0) + value
    }, null),
  )
}
