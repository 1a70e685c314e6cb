/** Folds the alerts of many nodes into a few lines, one per trouble. */

import type { Alert } from '@/api/client'
import { fold } from '@/nodeset'

/** Alerts of one rule, severity, state and reason that began together and, if they have ended, ended together. Unix seconds. */
export interface AlertGroup {
  ids: number[]
  /** Without alerts of removed nodes. */
  hostnames: string[]
  /** A node set; empty for the panel itself. */
  nodes: string
  /** The alert that was farthest from the limit represents all. */
  worst: Alert
  from: number
  /** null while it is open. */
  to: number | null
}

/** Two alerts belong together if they are at most this many seconds apart. */
const APART_SECONDS = 300

/** Open ones first, the worst at the top; then past ones, the newest first. */
export function foldAlerts(alerts: readonly Alert[]): AlertGroup[] {
  const kinds = new Map<string, Alert[]>()
  for (const alert of [...alerts].sort((a, b) => a.began_at - b.began_at)) {
    const kind = kindOf(alert)
    kinds.set(kind, [...(kinds.get(kind) ?? []), alert])
  }
  return [...kinds.values()].flatMap(together).map(groupOf).sort(inOrder)
}

/** When the condition began and ended; null if it has not ended. */
export function spanOf({ began_at: from, over_at, closed_at }: Alert): { from: number; to: number | null } {
  return { from, to: closed_at === null ? null : (over_at ?? closed_at) }
}

function kindOf({ rule, severity, state, what, node_id, acked_by }: Alert): string {
  // Sentences that differ only in their numbers mean the same.
  return JSON.stringify([rule, severity, state, what.en.replace(/\d+(\.\d+)?/g, ''), node_id === null, acked_by])
}

/** `alerts` of one kind, in the order in which they began. */
function together(alerts: readonly Alert[]): Alert[][] {
  const groups: Alert[][] = []
  for (const alert of alerts) {
    const group = groups.find((each) => belongs(alert, each))
    if (group) group.push(alert)
    else groups.push([alert])
  }
  return groups
}

function belongs(alert: Alert, group: readonly Alert[]): boolean {
  const last = group.at(-1)
  if (!last || alert.began_at - last.began_at > APART_SECONDS) return false
  const [mine, theirs] = [spanOf(alert).to, spanOf(last).to]
  return mine === null || theirs === null ? mine === theirs : Math.abs(mine - theirs) <= APART_SECONDS
}

function groupOf(alerts: readonly Alert[]): AlertGroup {
  const hostnames = alerts.map(({ hostname }) => hostname).filter((name) => name !== null)
  // Only the number of a removed node is known.
  const gone = alerts.filter(({ hostname, node_id }) => hostname === null && node_id !== null).map(({ node_id }) => `#${String(node_id)}`)
  const ends = alerts.map((alert) => spanOf(alert).to)
  return {
    ids: alerts.map(({ id }) => id),
    hostnames,
    nodes: [...new Set([...(hostnames.length > 0 ? [fold(hostnames)] : []), ...gone])].join(','),
    worst: alerts.reduce((worst, alert) => (farOf(alert) > farOf(worst) ? alert : worst)),
    from: Math.min(...alerts.map(({ began_at }) => began_at)),
    to: ends.includes(null) ? null : Math.max(...ends.map((end) => end ?? 0)),
  }
}

function farOf({ worst, limit }: Alert): number {
  return worst === null ? 0 : Math.abs(worst - (limit ?? 0))
}

const SEVERITIES = ['critical', 'warning', 'info']

function inOrder(a: AlertGroup, b: AlertGroup): number {
  if ((a.to === null) !== (b.to === null)) return a.to === null ? -1 : 1
  const bySeverity = SEVERITIES.indexOf(a.worst.severity) - SEVERITIES.indexOf(b.worst.severity)
  return (a.to === null ? bySeverity : 0) || b.from - a.from
}
