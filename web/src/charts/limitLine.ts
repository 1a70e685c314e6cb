/** The dashed line at a limit, with its name at the end: drawn over the values, so that it is seen among them. */

import type uPlot from 'uplot'

import type { ChartStyle } from './style'

export interface LimitLine {
  /** In the unit of the values. */
  value: number
  text: string
}

/** Draw into the chart's canvas, whose px are the screen's. */
export function drawLimit(chart: uPlot, { value, text }: LimitLine, style: ChartStyle) {
  const { ctx: pen, bbox } = chart
  const y = Math.round(chart.valToPos(value, 'y', true)) + 0.5
  if (y < bbox.top || y > bbox.top + bbox.height) return
  const ratio = devicePixelRatio
  pen.save()
  pen.strokeStyle = pen.fillStyle = style.text
  pen.lineWidth = style.scale * ratio
  pen.setLineDash([6 * ratio, 4 * ratio])
  pen.beginPath()
  pen.moveTo(bbox.left, y)
  pen.lineTo(bbox.left + bbox.width, y)
  pen.stroke()
  pen.font = style.font.replace(/^[\d.]+/, (px) => String(Number(px) * ratio))
  pen.textAlign = 'right'
  // Below the line where there is no room above it.
  const isBelow = y - bbox.top < 14 * style.scale * ratio
  pen.textBaseline = isBelow ? 'top' : 'bottom'
  pen.fillText(text, bbox.left + bbox.width - 4 * ratio, y + (isBelow ? 3 : -2) * ratio)
  pen.restore()
}
