/** The order in which nodes are listed. */

import type { NodeState, RealtimeNode } from '@/api/client'
import { byMetric, METRIC_NAMES, type MetricName, shareOf } from '@/metrics'

export type SortKey = 'name' | 'state' | MetricName | 'seen' | 'clock'
export const SORT_KEYS: readonly SortKey[] = ['name', 'state', ...METRIC_NAMES, 'seen', 'clock']

/** "cpu_temp": lowest first; "-cpu_temp": highest first. */
export type Sort = SortKey | `-${SortKey}`
export const SORTS: readonly Sort[] = SORT_KEYS.flatMap((key) => [key, `-${key}` as const])

/** States that need attention come first. */
const STATES: readonly NodeState[] = ['down', 'never', 'up', 'disabled']

const VALUES: Record<SortKey, (node: RealtimeNode) => number | null> = {
  name: () => 0,
  state: ({ state }) => STATES.indexOf(state),
  // A part of a whole is sorted by its share, because nodes differ in size.
  ...byMetric((metric) => (node: RealtimeNode) => (metric.columns.share ? shareOf(node, metric) : node[metric.name])),
  // "Last seen" is an age, so the longest unseen is the highest.
  seen: ({ timestamp }) => timestamp && -timestamp,
  clock: ({ clock_skew_seconds }) => clock_skew_seconds && Math.abs(clock_skew_seconds),
}

export function keyOf(sort: Sort): SortKey {
  return sort.replace('-', '') as SortKey
}

export function isDescending(sort: Sort): boolean {
  return sort.startsWith('-')
}

/** The order after a click on a column's header: numbers start with the highest, names and states with the first. */
export function turned(sort: Sort, key: SortKey): Sort {
  if (keyOf(sort) === key) return isDescending(sort) ? key : `-${key}`
  return key === 'name' || key === 'state' ? key : `-${key}`
}

/** `nodes` (in order of name) in the order of `sort`; equal ones stay in order of name, those without a value come last. */
export function sorted(nodes: readonly RealtimeNode[], sort: Sort): readonly RealtimeNode[] {
  const key = keyOf(sort)
  const direction = isDescending(sort) ? -1 : 1
  if (key === 'name') return direction === 1 ? nodes : [...nodes].reverse()
  const valueOf = VALUES[key]
  return [...nodes].sort((a, b) => compare(valueOf(a), valueOf(b), direction))
}

function compare(a: number | null, b: number | null, direction: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  return direction * (a - b)
}
