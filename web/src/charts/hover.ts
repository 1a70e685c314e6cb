/** What is under the crosshair: a sample or record, or a time without one. */

import type uPlot from 'uplot'

export interface Hover {
  /** Unix seconds. */
  time: number
  /** The entry's index; null if nothing was measured. */
  index: number | null
}

/** The value at the crosshair; null if nothing was measured. */
export function valueAt(values: readonly (number | null)[], { index }: Hover): number | null {
  return index === null ? null : (values[index] ?? null)
}

/** The entry for a time. Each entry covers the `step` seconds before its own time. */
export function hoverAt({ times, step }: { times: readonly number[]; step: number }, time: number): Hover {
  const index = times.findIndex((entry) => entry >= time)
  const entry = times[index]
  return { time, index: entry !== undefined && entry - time < step ? index : null }
}

const REACH_PX = 3

/** Whether the entry at `time` covers `pointed`, both in Unix seconds: never across a gap. */
export function isNear(time: number | undefined, pointed: number, step: number, secondsPerPixel: number): boolean {
  return time !== undefined && Math.abs(time - pointed) <= Math.max(step, REACH_PX * secondsPerPixel)
}

/** uPlot's choice of the entry under the crosshair, or none if it is too far away. */
export function nearEntry(step: number): uPlot.Cursor.DataIdxRefiner {
  return (chart, _series, closest, pointed) => {
    const secondsPerPixel = chart.posToVal(1, 'x') - chart.posToVal(0, 'x')
    // uPlot accepts null for "none here", though its types do not say so.
    return (isNear(chart.data[0][closest], pointed, step, secondsPerPixel) ? closest : null) as number
  }
}

/** What is under the crosshair of `chart`; null while there is no crosshair. */
export function hoverOf(chart: uPlot, step: number): Hover | null {
  const left = chart.cursor.left ?? -1
  if (left < 0) return null
  const index = chart.cursor.idxs?.[0] ?? null
  const time = index === null ? undefined : chart.data[0][index]
  return { index, time: time ?? Math.round(chart.posToVal(left, 'x') / step) * step }
}
