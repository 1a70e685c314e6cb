/** What is drawn of a metric. */

import type { Colours } from '@/composables/useTheme'
import type { Metric } from '@/metrics'

import type { Column } from './gaps'
import type { Range } from './scales'

/** One metric over the times it shares with others, in its unit. */
export interface MetricLine {
  metric: Metric
  /** One line each. */
  curves: readonly Column[]
  /** What is known of the one line by means over longer times alone; a dashed line. */
  means?: Column
  /** A band from `low` to `high`. */
  band?: { low: Column; high: Column }
  /** What the value axis reaches over. */
  valueRange: Range
  /** What the node itself calls too much, in the unit of the values; a dashed line. */
  limit?: number | null
  /** Values are percent, whatever the metric's own unit. */
  isShare?: boolean
  /** In place of the metric's own colour, or of those of several lines. */
  colours?: readonly (keyof Colours)[]
  /** Areas down to zero, each before the one that comes before it: so the first must be the highest. */
  isStacked?: boolean
  /** Whether any value can be expected; a node without a sensor has no temperature. */
  hasValues: boolean
}
