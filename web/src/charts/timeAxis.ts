/** The words under a time axis: hours within a day, the date where a day begins. */

import type { Units } from '@/units'

const DAY_SECONDS = 86400

/** A label for each of `splits` (Unix seconds), `increment` seconds apart. The first of a day also names the day. */
export function timeLabels(units: Units, splits: readonly number[], increment: number): string[] {
  if (increment >= DAY_SECONDS) return splits.map(units.day)
  let lastDay = ''
  return splits.map((split) => {
    const day = units.day(split)
    const isNew = day !== lastDay
    lastDay = day
    return isNew ? `${units.minute(split)}\n${day}` : units.minute(split)
  })
}
