/** The requested time, as the address has it: a period that ends now, or a fixed range. */

import type { LocationQuery } from 'vue-router'

import { type Period, PERIODS } from '@/api/client'

/** Unix seconds. */
export interface Between {
  from: number
  to: number
}

export type When = { period: Period } | Between

const DAY_SECONDS = 86_400
export const PERIOD_SECONDS: Readonly<Record<Period, number>> = { '1d': DAY_SECONDS, '7d': 7 * DAY_SECONDS, '1m': 30 * DAY_SECONDS, '1y': 365 * DAY_SECONDS, '2y': 730 * DAY_SECONDS }

/** The periods that can be shown if an archive keeps records for this many days; 0 without an archive. */
export function periodsWithin(archiveDays: number): readonly Period[] {
  return PERIODS.filter((period) => period !== '2y' || archiveDays * DAY_SECONDS >= PERIOD_SECONDS[period])
}

/** No chart shows less: three records. */
export const SHORTEST_SECONDS = 900

/** The time in an address; one day if it has none that is valid. */
export function whenOf({ period, from, to }: Record<string, unknown>): When {
  const range = { from: secondsOf(from), to: secondsOf(to) }
  if (range.from !== null && range.to !== null && range.from < range.to) return { from: range.from, to: range.to }
  return { period: PERIODS.find((name) => name === period) ?? '1d' }
}

/** Return the query of the URL for `when`. */
export function queryOf(when: When): Record<string, string> {
  return isPeriod(when) ? { period: when.period } : { from: String(when.from), to: String(when.to) }
}

/** An address's query with another time; everything else in it stays. */
export function withWhen(query: LocationQuery, when: When): LocationQuery {
  const others = Object.entries(query).filter(([name]) => !['period', 'from', 'to'].includes(name))
  return { ...Object.fromEntries(others), ...queryOf(when) }
}

export function isPeriod(when: When): when is { period: Period } {
  return 'period' in when
}

/** `when` as a range, at the time `now` (Unix seconds). */
export function between(when: When, now: number): Between {
  return isPeriod(when) ? { from: Math.floor(now) - PERIOD_SECONDS[when.period], to: Math.floor(now) } : when
}

/** The range one length of `when` earlier (-1) or later (1). A range that would go beyond `now` ends there. */
export function moved(when: When, direction: 1 | -1, now: number): When {
  const { from, to } = between(when, now)
  const length = to - from
  if (to + direction * length < now) return { from: from + direction * length, to: to + direction * length }
  const period = PERIODS.find((name) => PERIOD_SECONDS[name] === length)
  return period ? { period } : { from: Math.floor(now) - length, to: Math.floor(now) }
}

/** A range that was drawn with the pointer, wide enough to show something. */
export function drawn(from: number, to: number): Between {
  const missing = Math.max(0, SHORTEST_SECONDS - (to - from)) / 2
  return { from: Math.floor(from - missing), to: Math.ceil(to + missing) }
}

function secondsOf(text: unknown): number | null {
  return typeof text === 'string' && /^\d{1,10}$/.test(text) ? Number(text) : null
}
