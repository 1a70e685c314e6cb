/** What is shown, as CSV (RFC 4180) with units in its head. Always in English: it is read by programs. */

import type { Column } from '@/charts/gaps'
import { METRICS } from '@/charts/metrics'

import type { HistoryPlot } from './plot'

const NAMES = { cpu: 'CPU', memory: 'memory used', temperature: 'CPU temperature' } as const
const UNITS = { cpu: '%', memory: 'bytes', temperature: '°C' } as const

/** A row for each time that has a record. */
export function csvOf(plot: HistoryPlot): string {
  const columns = columnsOf(plot)
  const rows = plot.times.flatMap((time, index) => {
    if ((plot.basis[index] ?? null) === null) return []
    const cells = columns.map(({ values }) => values[index] ?? '')
    return [[new Date(time * 1000).toISOString().replace('.000', ''), time, ...cells]]
  })
  const head = ['time (UTC)', 'timestamp (Unix seconds)', ...columns.map(({ head }) => head)]
  return [head, ...rows].map((row) => row.map((cell) => quoted(String(cell))).join(',') + '\r\n').join('')
}

function columnsOf(plot: HistoryPlot): { head: string; values: Column }[] {
  const values = METRICS.flatMap((metric) => {
    const { curves, low, high, isShare, hasValues } = plot.metrics[metric]
    if (!hasValues) return []
    const head = (kind: string) => `${NAMES[metric]} ${kind} (${isShare ? '%' : UNITS[metric]})`
    if (plot.kind === 'several') return curves.map((curve) => ({ head: `${curve.name} ${head('mean')}`, values: curve.values }))
    const [curve] = curves
    if (plot.kind === 'one') return [{ head: head('mean'), values: curve?.values ?? [] }, { head: head('max'), values: high ?? [] }]
    return [
      { head: head('10th percentile'), values: low ?? [] },
      { head: head('median'), values: curve?.values ?? [] },
      { head: head('90th percentile'), values: high ?? [] },
    ]
  })
  const totals = plot.kind === 'one' ? [{ head: 'memory total (bytes)', values: plot.memoryTotals }] : []
  const basis = plot.kind === 'set' ? 'nodes reporting' : 'samples'
  return [...values, ...totals, { head: `${basis} (of ${String(plot.basisOf)})`, values: plot.basis }]
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
