/** Colours and font of a chart, which is drawn on a canvas that style sheets do not reach. */

import type { Colours } from '@/composables/useTheme'
import type { MetricName } from '@/metrics'

/** The style of one metric's chart. */
export interface ChartStyle {
  /** The colour of each line. */
  lines: readonly string[]
  band: string
  /** The background of the chart. */
  ground: string
  text: string
  grid: string
  font: string
  /** The size of everything, relative to a usual screen. */
  scale: number
}

/** The style for `metric`: its own colour for one line, distinguishable colours for several. */
export function chartStyle(metric: MetricName, curves: number, colours: Colours, fontFamily: string, scale = 1): ChartStyle {
  return {
    lines: curves > 1 ? lineColours(colours) : [colours[metric]],
    band: faded(colours[metric], colours.bandShare),
    ground: colours.surface,
    text: colours.inkSoft,
    grid: colours.grid,
    // Whole px: uPlot takes the digits before "px" as the line height.
    font: `${String(Math.round(11 * scale))}px ${fontFamily}`,
    scale,
  }
}

/** "#2468c9", "22%" -> "rgb(36 104 201 / 22%)" */
export function faded(colour: string, share: string): string {
  const parts = [1, 3, 5].map((start) => String(Number.parseInt(colour.slice(start, start + 2), 16)))
  return `rgb(${parts.join(' ')} / ${share})`
}

function lineColours({ line1, line2, line3, line4, line5, line6, line7, line8 }: Colours): string[] {
  return [line1, line2, line3, line4, line5, line6, line7, line8]
}
