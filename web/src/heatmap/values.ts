/** What a cell stands for: one metric of a node, and the ends of its scale. */

import type { RealtimeNode } from '@/api/client'
import type { Metric } from '@/charts/metrics'

/** Percent, and °C between a CPU that idles in a cold room and one that throttles. Fixed, so that a colour means the same every day. */
export const ENDS: Readonly<Record<Metric, readonly [number, number]>> = {
  cpu: [0, 100],
  memory: [0, 100],
  temperature: [30, 90],
}

/** Percent or °C; null where there is none. */
export function shownValue(node: RealtimeNode, metric: Metric): number | null {
  if (metric === 'cpu') return node.cpu_percent
  if (metric === 'memory') return node.memory_percent
  return node.cpu_temp
}
