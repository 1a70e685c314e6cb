/** The words under a time axis: hours within a day, the date where a day begins. */

import type { Units } from '@/units'

const DAY_SECONDS = 86400

/**
 * A label for each of `splits` (Unix seconds), `increment` seconds apart. The first of a day also names the day, and the first after
 * the clocks were changed the zone: an hour may come twice.
 */
export function timeLabels(units: Units, splits: readonly number[], increment: number): string[] {
  if (increment >= DAY_SECONDS) return splits.map(units.day)
  let last: { day: string; zone: string } | null = null
  return splits.map((split) => {
    const now = { day: units.day(split), zone: units.zoneShort(split) }
    const below = [now.day === last?.day ? '' : now.day, last === null || now.zone === last.zone ? '' : now.zone].filter(Boolean).join(' ')
    last = now
    return below === '' ? units.minute(split) : `${units.minute(split)}\n${below}`
  })
}
