/** The shown data as CSV (RFC 4180), with units in the header. Always in English, because programs read it. */

import type { Column } from '@/charts/gaps'
import { en } from '@/i18n/en'
import { METRICS } from '@/metrics'

import { type HistoryPlot, STATES } from './plot'

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
  const values = METRICS.flatMap(({ name, unit, ofTotal }) => {
    const { curves, low, high, isShare, hasValues } = plot.metrics[name]
    if (!hasValues) return []
    const called = ofTotal === null ? en.metrics[name].name : `${en.metrics[name].name.toLowerCase()} used`
    const head = (kind: string) => `${called} ${kind} (${isShare ? '%' : unit})`
    if (plot.kind === 'several') return curves.map((curve) => ({ head: `${curve.name} ${head('mean')}`, values: curve.values }))
    const [curve] = curves
    if (plot.kind === 'cluster') return [{ head: head(plot.cluster?.highestNodes[name] ? 'highest' : 'mean'), values: curve?.values ?? [] }]
    if (plot.kind === 'one') return [{ head: head('mean'), values: curve?.values ?? [] }, ...(high ? [{ head: head('max'), values: high }] : [])]
    return [
      { head: head('10th percentile'), values: low ?? [] },
      { head: head('median'), values: curve?.values ?? [] },
      { head: head('90th percentile'), values: high ?? [] },
    ]
  })
  const { cluster } = plot
  const states = cluster ? STATES.map((state) => ({ head: `nodes ${state}`, values: cluster.counts[state] })) : []
  const totals = METRICS.flatMap(({ name, unit }) => {
    const { totals } = plot.metrics[name]
    return totals === null ? [] : [{ head: `${en.metrics[name].name.toLowerCase()} total (${unit})`, values: totals }]
  })
  if (cluster) return [...states, ...values]
  const basis = plot.kind === 'set' ? 'nodes reporting' : 'samples'
  return [...values, ...totals, { head: `${basis} (of ${String(plot.basisOf)})`, values: plot.basis }]
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
