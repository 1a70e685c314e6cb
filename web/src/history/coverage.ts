/** How complete each time's samples are: stretches of equal coverage, for a strip below the charts. */

import type { Basis, HistoryPlot } from './plot'

/** Unix seconds, and the share of the possible samples, 0 to 1. */
export interface Stretch {
  from: number
  to: number
  share: number
}

/** The stretches over a plot's times, in order; without a record there is no stretch. */
export function stretchesOf({ times, step }: Pick<HistoryPlot, 'times' | 'step'>, { basis, basisOf }: Basis): Stretch[] {
  const stretches: Stretch[] = []
  times.forEach((time, index) => {
    const there = basis[index] ?? null
    if (there === null || basisOf === 0) return
    // The strip's height can't show less than a twentieth.
    const share = Math.max(0.05, Math.round((20 * there) / basisOf) / 20)
    const isWhole = there >= basisOf
    const drawn = isWhole ? 1 : Math.min(0.95, share)
    const last = stretches.at(-1)
    if (last?.to === time - step && last.share === drawn) last.to = time
    else stretches.push({ from: time - step, to: time, share: drawn })
  })
  return stretches
}
