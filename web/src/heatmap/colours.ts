/**
 * The colours of the heat map. In both themes their lightness moves away from the background, from low to high, so that they
 * can be read with every kind of colour-blindness, and in grey.
 */

import { formOf, type Metric } from '@/metrics'

export type Scale = readonly string[]

const STEPS = 64

type Rgb = readonly [number, number, number]

interface Stops {
  light: readonly Rgb[]
  dark: readonly Rgb[]
}

/** High values are alarming. */
const HEAT: Stops = {
  light: [[233, 238, 243], [244, 220, 146], [239, 160, 66], [207, 82, 44], [122, 18, 58]],
  dark: [[38, 48, 60], [98, 58, 112], [186, 72, 92], [238, 134, 62], [252, 228, 128]],
}
/** Work: a busy cluster is as it should be, and idle nodes stand out. From yellow to blue, which nearly everybody can distinguish. */
const LOAD: Stops = {
  light: [[255, 234, 140], [168, 220, 176], [64, 168, 190], [34, 104, 172], [20, 46, 108]],
  dark: [[72, 56, 12], [46, 92, 88], [52, 132, 164], [104, 172, 226], [186, 220, 252]],
}

function stopsOf(isDark: boolean, metric: Metric): readonly Rgb[] {
  const { light, dark } = formOf(metric) === 'percent' ? LOAD : HEAT
  return isDark ? dark : light
}

/** The scale of a metric in a theme, from the lowest to the highest value, in CSS colours. */
export function scaleOf(isDark: boolean, metric: Metric): Scale {
  const stops = stopsOf(isDark, metric)
  return Array.from({ length: STEPS }, (_, step) => css(between(stops, step / (STEPS - 1))))
}

/** The scale without colours, for values that may be out of date. */
export function greyScaleOf(isDark: boolean, metric: Metric): Scale {
  const stops = stopsOf(isDark, metric)
  return Array.from({ length: STEPS }, (_, step) => {
    const grey = Math.round(luma(between(stops, step / (STEPS - 1))))
    return css([grey, grey, grey])
  })
}

/** The colour of `value` between `low` and `high`; beyond them, the colour of the nearer end. */
export function colourOf(scale: Scale, value: number, [low, high]: readonly [number, number]): string {
  return scale[stepOf(value, low, high)] ?? ''
}

/** Black or white, whichever is more readable on `value`'s colour. */
export function inkOn(isDark: boolean, metric: Metric, value: number, [low, high]: readonly [number, number]): string {
  const stops = stopsOf(isDark, metric)
  return luma(between(stops, stepOf(value, low, high) / (STEPS - 1))) > 128 ? '#14181e' : '#ffffff'
}

function stepOf(value: number, low: number, high: number): number {
  return Math.round(Math.min(1, Math.max(0, (value - low) / (high - low))) * (STEPS - 1))
}

function between(stops: readonly Rgb[], share: number): Rgb {
  const place = share * (stops.length - 1)
  const index = Math.min(stops.length - 2, Math.floor(place))
  const [from = [0, 0, 0], to = [0, 0, 0]] = [stops[index], stops[index + 1]]
  const mix = (part: 0 | 1 | 2) => Math.round(from[part] + (to[part] - from[part]) * (place - index))
  return [mix(0), mix(1), mix(2)]
}

/** How light a colour looks, 0 to 255 (ITU-R BT.601). */
export function luma([red, green, blue]: Rgb): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue
}

function css([red, green, blue]: Rgb): string {
  return `rgb(${String(red)} ${String(green)} ${String(blue)})`
}
