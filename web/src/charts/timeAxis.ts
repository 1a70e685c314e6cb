/** The labels of a time axis: hours within a day, the date where a day begins, and none that would be cut off at an end. */

import type uPlot from 'uplot'

import type { Units } from '@/units'

const DAY_SECONDS = 86400

/**
 * A label for each of `splits` (Unix seconds), `increment` seconds apart. The first of a day also has the date, and the first after
 * a clock change the zone, because an hour may come twice. If the days are in two years, the first of each year has the year.
 */
export function timeLabels(units: Units, splits: readonly number[], increment: number): string[] {
  if (increment >= DAY_SECONDS) return dayLabels(units, splits)
  let last: { day: string; zone: string } | null = null
  return splits.map((split) => {
    const now = { day: units.day(split), zone: units.zoneShort(split) }
    const below = [now.day === last?.day ? '' : now.day, last === null || now.zone === last.zone ? '' : now.zone].filter(Boolean).join(' ')
    last = now
    return below === '' ? units.minute(split) : `${units.minute(split)}\n${below}`
  })
}

function dayLabels(units: Units, splits: readonly number[]): string[] {
  const years = splits.map(units.year)
  const isOneYear = new Set(years).size < 2
  return splits.map((split, index) => (isOneYear || years[index] === years[index - 1] ? units.day(split) : `${units.day(split)}\n${years[index] ?? ''}`))
}

/** `labels` without those that, centred `xs` px from the chart's start, would reach beyond its `width`. */
export function whole(labels: readonly string[], xs: readonly number[], width: number, widthOf: (text: string) => number): string[] {
  return labels.map((label, index) => {
    const half = Math.max(...label.split('\n').map(widthOf)) / 2
    return (xs[index] ?? 0) + half > width ? '' : label
  })
}

/** The labels of a chart's axis in `font` (CSS). */
export function axisLabels(chart: uPlot, units: Units, splits: readonly number[], increment: number, font: string): string[] {
  const { ctx: pen } = chart
  pen.save()
  pen.font = font
  // From the start of the whole chart: the value axis comes before the drawing.
  const start = chart.bbox.left / devicePixelRatio
  const xs = splits.map((split) => start + chart.valToPos(split, 'x'))
  const labels = whole(timeLabels(units, splits, increment), xs, chart.width, (text) => pen.measureText(text).width)
  pen.restore()
  return labels
}
