/** What is drawn of each metric. */

import type { Range } from './scales'

export type Metric = 'cpu' | 'memory' | 'temperature'

/** One metric over the times it shares with others: percent, bytes or °C. */
export interface MetricLine {
  metric: Metric
  means: (number | null)[]
  peaks?: (number | null)[]
  /** What the value axis reaches over. */
  valueRange: Range
  /** Whether any value can be expected; a node without a sensor has no temperature. */
  hasValues: boolean
}
