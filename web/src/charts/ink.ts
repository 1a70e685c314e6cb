/** A chart is drawn on a canvas, where style sheets do not reach. */

import type { Colours } from '@/composables/useTheme'

import type { Metric } from './metrics'

/** What a chart of one metric is drawn with. */
export interface Ink {
  /** The colour of each line. */
  lines: readonly string[]
  band: string
  text: string
  grid: string
  font: string
  /** By how much all is larger than on a usual screen. */
  scale: number
}

/** The ink for `metric`: its own colour for one line, and colours that can be told apart for several. */
export function inkOf(metric: Metric, curves: number, colours: Colours, fontFamily: string, scale = 1): Ink {
  return {
    lines: curves > 1 ? lineColours(colours) : [colours[metric]],
    band: colours[`${metric}Band`],
    text: colours.inkSoft,
    grid: colours.grid,
    // Whole px: uPlot takes the digits before "px" for the size of a line.
    font: `${String(Math.round(11 * scale))}px ${fontFamily}`,
    scale,
  }
}

function lineColours({ line1, line2, line3, line4, line5, line6, line7, line8 }: Colours): string[] {
  return [line1, line2, line3, line4, line5, line6, line7, line8]
}
