/** The value of a cell, one metric of a node, and the ends of its scale. */

import type { RealtimeNode } from '@/api/client'
import { formOf, type Metric, shareOf } from '@/metrics'

/** Percent, and °C between a CPU that idles in a cold room and one that throttles. They are fixed, so that a colour always means the same. */
export function endsOf(metric: Metric): readonly [number, number] {
  if (formOf(metric) !== 'plain') return [0, 100]
  return metric.unit === '°C' ? [30, 90] : [metric.low ?? 0, metric.high ?? 100]
}

/** The share of a part of a whole, or the value in its unit; null if there is none. */
export function shownValue(node: RealtimeNode, metric: Metric): number | null {
  return formOf(metric) === 'of-total' ? shareOf(node, metric) : node[metric.name]
}

/** The value's place between the ends of its scale, in percent; never below zero. */
export function barPercent(node: RealtimeNode, metric: Metric): number {
  const [low, high] = endsOf(metric)
  return Math.max(0, (100 * ((shownValue(node, metric) ?? low) - low)) / (high - low))
}
