/** The filling record: a node's samples since its current five minutes began. */

import type { RealtimeOne } from '@/api/client'
import { byMetric, type MetricName } from '@/metrics'

export const RECORD_SECONDS = 300

export interface Filling {
  samples: number
  /** How many there will be. */
  of: number
  /** The mean so far; null without a value. */
  means: Record<MetricName, number | null>
}

/** The record that ends at `until` (Unix seconds), so far. */
export function fillingOf({ recent, interval }: Pick<RealtimeOne, 'recent' | 'interval'>, until: number): Filling {
  const indices = recent.timestamp.flatMap((time, index) => (time > until - RECORD_SECONDS && time <= until ? [index] : []))
  const means = byMetric(({ name }) => {
    const values = indices.map((index) => recent[name][index] ?? null).filter((value) => value !== null)
    return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null
  })
  return { samples: indices.length, of: Math.floor(RECORD_SECONDS / interval), means }
}
