/** How every chart of the page looks: one metric over time, as one line or a few, perhaps with a band. */

import type uPlot from 'uplot'

import type { Units } from '@/units'

import { lonely } from './gaps'
import { type Hover, hoverOf, nearEntry } from './hover'
import { drawLimit, type LimitLine } from './limitLine'
import { drawMoments, type Moment } from './moments'
import type { MetricLine } from './line'
import { type Range, valueSplits } from './scales'
import type { ChartStyle } from './style'
import { axisLabels } from './timeAxis'

export interface ChartSpec {
  style: ChartStyle
  units: Units
  /** Charts with the same name share their crosshair. */
  group: string
  width: number
  height: number
  /** The number of lines, and whether means and a band follow them. */
  curves: number
  hasMeans?: boolean
  hasBand: boolean
  /** Each line is the edge of an area down to zero. */
  isStacked?: boolean
  times: () => Range
  values: () => Range
  /** Where a limit is drawn; null for none. */
  limit?: () => LimitLine | null
  /** Moments to be marked at the upper edge. */
  moments?: () => readonly Moment[]
  /** The allowed steps of the value axis; by default uPlot chooses. */
  steps?: number[]
  /** Formats a value of the axis. */
  label: (value: number) => string
  /** Seconds from one entry to the next. */
  step: number
  /** The chart below has the time axis of both. */
  hidesTimes?: boolean
  onHover: (hover: Hover | null) => void
  /** Called when a range (Unix seconds) is drawn with the pointer, or undone by a double click. Without it nothing can be drawn. */
  onZoom?: (range: Range | null) => void
}

/** px at the usual size. Equal for all charts, so that their times line up; at the end there is room for half of a time or a date. */
export const VALUE_AXIS_PX = 58
export const CHART_END_PX = 20
const GRID_PX = 1
/** A shorter stroke is a click. */
const SHORTEST_STROKE_PX = 6
/** From this line on the lines are dashed: colours alone can't distinguish eight. */
const DASHED_FROM = 4
const MEANS_DASH = [4, 4]

/** The data of a chart with `chartOptions`: its times, its lines, means in place of a line, then the edges of its band. */
export function chartData(times: number[], { curves, means, band }: Pick<MetricLine, 'curves' | 'means' | 'band'>): uPlot.AlignedData {
  return [times, ...curves, ...(means ? [means] : []), ...(band ? [band.low, band.high] : [])] as uPlot.AlignedData
}

/** uPlot's options for the data of `chartData`. */
export function chartOptions(spec: ChartSpec): uPlot.Options {
  const { curves, hasMeans = false, hasBand, style } = spec
  const lines = curves + Number(hasMeans)
  return {
    width: spec.width,
    height: spec.height,
    padding: [8 * style.scale, CHART_END_PX * style.scale, 0, 0],
    legend: { show: false },
    scales: { x: { time: true, range: () => spec.times() }, y: { range: () => spec.values() } },
    series: [{}, ...Array.from({ length: curves }, (_, index) => (spec.isStacked ? areaOf(style, index) : lineOf(style, index))), ...(hasMeans ? [{ ...lineOf(style, 0), dash: MEANS_DASH }] : []), ...(hasBand ? [bandEdge(), bandEdge()] : [])],
    bands: hasBand ? [{ series: [lines + 2, lines + 1], fill: style.band }] : [],
    axes: [(spec.hidesTimes ? noTimes : timeAxis)(spec), valueAxis(spec)],
    cursor: {
      y: false,
      drag: { x: Boolean(spec.onZoom), y: false, setScale: false },
      // Charts share the crosshair, but not a drawn range: that would be reported three times.
      sync: { key: spec.group, scales: ['x', null], filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' } },
      points: { size: 7, width: 2 },
      dataIdx: nearEntry(spec.step),
      bind: { dblclick: () => () => (spec.onZoom?.(null), null) },
    },
    hooks: {
      setCursor: [(chart) => { spec.onHover(hoverOf(chart, spec.step)) }],
      draw: [(chart) => { const limit = spec.limit?.(); if (limit) drawLimit(chart, limit, style) }, (chart) => { drawMoments(chart, spec.moments?.() ?? [], style) }],
      setSelect: [(chart) => { zoom(chart, spec) }],
    },
  }
}

function zoom(chart: uPlot, { onZoom }: ChartSpec) {
  const { left, width } = chart.select
  if (!onZoom || width < SHORTEST_STROKE_PX) return
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  onZoom([chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')])
}

function lineOf(style: ChartStyle, index: number): uPlot.Series {
  const stroke = style.lines[index % style.lines.length] ?? style.text
  return {
    stroke,
    width: 1.25 * style.scale,
    dash: index >= DASHED_FROM ? [6, 3] : undefined,
    // A single value between two gaps has no line; without a point it would be invisible.
    points: { show: false, size: 3 * style.scale, fill: stroke, filter: (chart, series) => lonely(chart.data[series] ?? []) },
  }
}

function areaOf({ lines, ground, scale }: ChartStyle, index: number): uPlot.Series {
  return { stroke: ground, width: scale / 2, fill: lines[index], points: { show: false } }
}

function bandEdge(): uPlot.Series {
  return { stroke: 'transparent', width: 0, points: { show: false } }
}

function noTimes({ style }: ChartSpec): uPlot.Axis {
  return { size: 4 * style.scale, grid: { stroke: style.grid, width: GRID_PX }, ticks: { show: false }, values: (_chart, splits) => splits.map(() => ''), space: 70 * style.scale }
}

function timeAxis({ style, units }: ChartSpec): uPlot.Axis {
  return {
    stroke: style.text,
    font: style.font,
    // The second line, if there is one, has the days.
    size: (_chart, values) => (values?.some((text) => text?.includes('\n')) ? 42 : 26) * style.scale,
    // Leaves room for the lowest label of the value axis, which reaches a little below the chart.
    gap: 9,
    space: 70 * style.scale,
    grid: { stroke: style.grid, width: GRID_PX },
    ticks: { show: false },
    values: (chart, splits, _axis, _space, increment) => axisLabels(chart, units, splits, increment, style.font),
  }
}

function valueAxis({ style, label, steps }: ChartSpec): uPlot.Axis {
  return {
    ...(steps ? { incrs: steps } : {}),
    stroke: style.text,
    font: style.font,
    size: VALUE_AXIS_PX * style.scale,
    gap: 6,
    space: 32 * style.scale,
    grid: { stroke: style.grid, width: GRID_PX },
    ticks: { show: false },
    splits: (_chart, _axis, low, high, step) => valueSplits(low, high, step),
    values: (_chart, splits) => splits.map(label),
  }
}
