/** How much of each time rests on samples: stretches of equal coverage, for a strip under the charts. */

import type { Basis, HistoryPlot } from './plot'

/** Unix seconds, and the share of what could be there: 0 to 1. */
export interface Stretch {
  from: number
  to: number
  share: number
}

/** The stretches over the times of a plot in order; where there is no record, there is none either. */
export function stretchesOf({ times, step }: Pick<HistoryPlot, 'times' | 'step'>, { basis, basisOf }: Basis): Stretch[] {
  const stretches: Stretch[] = []
  times.forEach((time, index) => {
    const there = basis[index] ?? null
    if (there === null || basisOf === 0) return
    // A twentieth is as much as the strip's height can show.
    const share = Math.max(0.05, Math.round((20 * there) / basisOf) / 20)
    const isWhole = there >= basisOf
    const drawn = isWhole ? 1 : Math.min(0.95, share)
    const last = stretches.at(-1)
    if (last?.to === time - step && last.share === drawn) last.to = time
    else stretches.push({ from: time - step, to: time, share: drawn })
  })
  return stretches
}
