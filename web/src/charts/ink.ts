/** A chart is drawn on a canvas, where style sheets do not reach. */

import type { Colours } from '@/composables/useTheme'

import type { Metric } from './metrics'

/** What a chart of one metric is drawn with. */
export interface Ink {
  line: string
  band: string
  text: string
  grid: string
  font: string
}

/** The ink for `metric`; `fontFamily` is that of the element the chart stands in. */
export function inkOf(metric: Metric, colours: Colours, fontFamily: string): Ink {
  return {
    line: colours[metric],
    band: colours[`${metric}Band`],
    text: colours.inkSoft,
    grid: colours.grid,
    font: `11px ${fontFamily}`,
  }
}
