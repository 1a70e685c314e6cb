/** Links from a finding or an alert. */

import type { RouteLocationRaw } from 'vue-router'

import { fold } from '@/nodeset'

const HOUR_SECONDS = 3600
const DAY_SECONDS = 86_400
/** A longer node set does not fit into an address. */
const MOST_CHARACTERS = 3000

/** Its node set, for an address and for the API; null for the panel, and if it would be too long. */
export function setOf(hostnames: readonly string[]): string | null {
  const set = fold(hostnames)
  return set !== '' && set.length <= MOST_CHARACTERS ? set : null
}

/** The history of a node set from an hour before `since` (Unix seconds); if it lasts longer than a day, its first day. */
export function historyFrom(set: string, since: number, until: number): RouteLocationRaw {
  const to = Math.min(until, since + DAY_SECONDS)
  return { name: 'history', params: { node: set }, query: { from: String(since - HOUR_SECONDS), to: String(Math.max(to, since + HOUR_SECONDS / 4)) } }
}

/** These nodes now. */
export function nowOf(set: string): RouteLocationRaw {
  return { name: 'realtime', params: { node: undefined }, query: { q: set } }
}
