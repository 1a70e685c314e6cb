/** A dashed line at a limit, drawn over the values to stay visible. Its name is at the end, or at the start if values are in the way. */

import type uPlot from 'uplot'

import type { ChartStyle } from './style'

export interface LimitLine {
  /** In the unit of the values. */
  value: number
  text: string
}

/** Draw into the chart's canvas, in device pixels. */
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
  // Below the line if there is no room above it.
  const isBelow = y - bbox.top < 14 * style.scale * ratio
  pen.textBaseline = isBelow ? 'top' : 'bottom'
  const [wide, high] = [pen.measureText(text).width + 8 * ratio, 16 * style.scale * ratio]
  const right = bbox.left + bbox.width
  const isAtStart = isCrossed(chart, [right - wide, right], y, high) && !isCrossed(chart, [bbox.left, bbox.left + wide], y, high)
  pen.textAlign = isAtStart ? 'left' : 'right'
  pen.fillText(text, isAtStart ? bbox.left + 4 * ratio : right - 4 * ratio, y + (isBelow ? 3 : -2) * ratio)
  pen.restore()
}

/** Whether a value between two px comes within `high` px of `y`. */
function isCrossed(chart: uPlot, [from, to]: [number, number], y: number, high: number): boolean {
  const [times, ...curves] = chart.data
  return times.some((time, index) => {
    const x = chart.valToPos(time, 'x', true)
    if (x < from || x > to) return false
    return curves.some((values) => values[index] != null && Math.abs(chart.valToPos(values[index], 'y', true) - y) < high)
  })
}
