/** The metrics, from the panel's list. All code that shows metrics iterates over it. */

import type { RealtimeNode } from './api/client'
import { METRICS as LIST } from './api/metrics'

type Listed = (typeof LIST)[number]
export type MetricName = Listed['name']
type MaxName = Extract<Listed['columns'], { max: string }>['max']
type ShareName = Extract<Listed['columns'], { share: string }>['share']

export interface Metric {
  readonly name: MetricName
  /** "%", "bytes", "°C", … */
  readonly unit: string
  readonly low: number | null
  readonly high: number | null
  readonly digits: number
  readonly nullable: boolean
  /** The column of the whole that this is a part of. */
  readonly ofTotal: Exclude<Listed['ofTotal'], null> | null
  readonly columns: { readonly mean: MetricName; readonly max?: MaxName; readonly share?: ShareName }
}

export const METRICS: readonly Metric[] = LIST
export const METRIC_NAMES: readonly MetricName[] = LIST.map(({ name }) => name)
/** The metric shown first. */
export const MAIN_METRIC = LIST[0].name

export function metricOf(name: MetricName): Metric {
  const metric = METRICS.find((each) => each.name === name)
  if (!metric) throw new Error(`${name} is not measured`)
  return metric
}

/** One of each, by metric. */
export function byMetric<Each>(of: (metric: Metric) => Each): Record<MetricName, Each> {
  return Object.fromEntries(METRICS.map((metric) => [metric.name, of(metric)])) as Record<MetricName, Each>
}

/** How it is shown: as percent, as a part of a whole, or as a value with its unit. */
export type Form = 'percent' | 'of-total' | 'plain'

export function formOf({ unit, ofTotal }: Metric): Form {
  if (unit === '%') return 'percent'
  return ofTotal === null ? 'plain' : 'of-total'
}

/** The share of the whole in percent; null if it is not a part of one, or unknown. */
export function shareOf(node: RealtimeNode, { columns }: Metric): number | null {
  return columns.share ? node[columns.share] : null
}

/** Whether the panel has any values of the node: a panel that has just started only knows when the node was seen. */
export function hasValues(node: RealtimeNode): boolean {
  return METRICS.every(({ name, nullable }) => nullable || node[name] !== null)
}

/** The colour of tokens.css: cpu_temp -> --cpu-temp */
export function colourToken(name: MetricName): string {
  return `--${name.replaceAll('_', '-')}`
}

const ADDRESS_NAMES: Partial<Record<string, string>> = { cpu_percent: 'cpu', memory_used: 'memory', cpu_temp: 'temperature' }

/** The name of a metric, or of an order by it, in the page's address. Bookmarks have names that are older than the list. */
export function inAddress(text: string): string {
  return text.replace(/\w+$/, (name) => ADDRESS_NAMES[name] ?? name)
}
