/** Moments at the upper edge of a chart, each marked by a triangle that points at its time. */

import type uPlot from 'uplot'

import type { ChartStyle } from './style'

export interface Moment {
  /** Unix seconds. */
  time: number
  colour: string
}

/** px */
const SIZE = 5

/** Draw into the chart's canvas, in device pixels. */
export function drawMoments(chart: uPlot, moments: readonly Moment[], style: ChartStyle) {
  const { ctx: pen, bbox } = chart
  const size = SIZE * style.scale * devicePixelRatio
  pen.save()
  for (const { time, colour } of moments) {
    const x = chart.valToPos(time, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    pen.fillStyle = colour
    pen.strokeStyle = style.ground
    pen.lineWidth = devicePixelRatio
    pen.beginPath()
    pen.moveTo(x - size, bbox.top)
    pen.lineTo(x + size, bbox.top)
    pen.lineTo(x, bbox.top + 1.5 * size)
    pen.closePath()
    pen.fill()
    pen.stroke()
  }
  pen.restore()
}
