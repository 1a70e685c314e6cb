/** What a cell stands for: one metric of a node, and the ends of its scale. */

import type { RealtimeNode } from '@/api/client'
import { formOf, type Metric, shareOf } from '@/metrics'

/** Percent, and °C between a CPU that idles in a cold room and one that throttles. Fixed, so that a colour means the same every day. */
export function endsOf(metric: Metric): readonly [number, number] {
  if (formOf(metric) !== 'plain') return [0, 100]
  return metric.unit === '°C' ? [30, 90] : [metric.low ?? 0, metric.high ?? 100]
}

/** The share of a part of a whole, or the value in its unit; null where there is none. */
export function shownValue(node: RealtimeNode, metric: Metric): number | null {
  return formOf(metric) === 'of-total' ? shareOf(node, metric) : node[metric.name]
}

/** How far the value is on the way between its ends, in percent; never below zero. */
export function barPercent(node: RealtimeNode, metric: Metric): number {
  const [low, high] = endsOf(metric)
  return Math.max(0, (100 * ((shownValue(node, metric) ?? low) - low)) / (high - low))
}
