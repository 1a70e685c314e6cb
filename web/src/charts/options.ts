/** How every chart of the page looks: one metric over time, its maximum as a band above the mean. */

import type uPlot from 'uplot'

import type { Units } from '@/units'

import { lonely } from './gaps'
import { type Hover, hoverOf, nearEntry } from './hover'
import type { Ink } from './ink'
import type { Range } from './scales'
import { timeLabels } from './timeAxis'

export interface ChartSpec {
  ink: Ink
  units: Units
  /** Charts of one name share their crosshair. */
  group: string
  width: number
  height: number
  times: () => Range
  values: () => Range
  /** What the steps of the value axis may be; uPlot's own choice when left out. */
  steps?: number[]
  /** A value of the axis as text. */
  label: (value: number) => string
  /** Seconds from one entry to the next. */
  step: number
  onHover: (hover: Hover | null) => void
}

const MEAN = 1
const PEAK = 2
/** Equal for all charts, so that they stand below one another second by second. */
const VALUE_AXIS_PX = 58
const GRID_PX = 1

/** uPlot's options for `data = [times, means, peaks]`; peaks may hold nothing but null. */
export function chartOptions(spec: ChartSpec): uPlot.Options {
  return {
    width: spec.width,
    height: spec.height,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    scales: { x: { time: true, range: () => spec.times() }, y: { range: () => spec.values() } },
    series: [{}, lineOf(spec.ink), bandEdge()],
    bands: [{ series: [PEAK, MEAN], fill: spec.ink.band }],
    axes: [timeAxis(spec), valueAxis(spec)],
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      sync: { key: spec.group, scales: ['x', null] },
      points: { size: 7, width: 2 },
      dataIdx: nearEntry(spec.step),
    },
    hooks: { setCursor: [(chart) => { spec.onHover(hoverOf(chart, spec.step)) }] },
  }
}

function lineOf(ink: Ink): uPlot.Series {
  return {
    stroke: ink.line,
    width: 1.25,
    // Lone values between two gaps have no line; without a point they would not be seen.
    points: { show: false, size: 3, fill: ink.line, filter: (chart, series) => lonely(chart.data[series] ?? []) },
  }
}

function bandEdge(): uPlot.Series {
  return { stroke: 'transparent', width: 0, points: { show: false } }
}

function timeAxis({ ink, units }: ChartSpec): uPlot.Axis {
  return {
    stroke: ink.text,
    font: ink.font,
    size: 42,
    // Clear of the value axis' lowest label, which reaches a little below the chart.
    gap: 9,
    space: 70,
    grid: { stroke: ink.grid, width: GRID_PX },
    ticks: { show: false },
    values: (_chart, splits, _axis, _space, increment) => timeLabels(units, splits, increment),
  }
}

function valueAxis({ ink, label, steps }: ChartSpec): uPlot.Axis {
  return {
    ...(steps ? { incrs: steps } : {}),
    stroke: ink.text,
    font: ink.font,
    size: VALUE_AXIS_PX,
    gap: 6,
    space: 32,
    grid: { stroke: ink.grid, width: GRID_PX },
    ticks: { show: false },
    values: (_chart, splits) => splits.map(label),
  }
}
