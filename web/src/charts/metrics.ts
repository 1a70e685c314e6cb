/** What is drawn of each metric. */

import type { Column } from './gaps'
import type { Range } from './scales'

export const METRICS = ['cpu', 'memory', 'temperature'] as const
export type Metric = (typeof METRICS)[number]

/** One metric over the times it shares with others: percent, bytes or °C. */
export interface MetricLine {
  metric: Metric
  /** One line each. */
  curves: readonly Column[]
  /** A band from `low` to `high`. */
  band?: { low: Column; high: Column }
  /** What the value axis reaches over. */
  valueRange: Range
  /** Values are percent, whatever the metric's own unit. */
  isShare?: boolean
  /** Whether any value can be expected; a node without a sensor has no temperature. */
  hasValues: boolean
}
