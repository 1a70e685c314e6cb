/** What a chart draws of a metric. */

import type { Colours } from '@/composables/useTheme'
import type { Metric } from '@/metrics'

import type { Column } from './gaps'
import type { Range } from './scales'

/** One metric, in its unit, over times that it shares with others. */
export interface MetricLine {
  metric: Metric
  /** One line each. */
  curves: readonly Column[]
  /** Where only means over longer times are known: a dashed line. */
  means?: Column
  /** A band from `low` to `high`. */
  band?: { low: Column; high: Column }
  /** The range of the value axis. */
  valueRange: Range
  /** The node's own limit, in the unit of the values; a dashed line. */
  limit?: number | null
  /** Values are percent, whatever the metric's own unit. */
  isShare?: boolean
  /** Replaces the metric's colour, or the colours of several lines. */
  colours?: readonly (keyof Colours)[]
  /** Areas down to zero. Each is drawn over the one before it, so the first must be the highest. */
  isStacked?: boolean
  /** Whether values can be expected: a node without a sensor has no temperature. */
  hasValues: boolean
}
