/** Alerts of many nodes as a few lines: those of one trouble together. */

import type { Alert } from '@/api/client'
import { fold } from '@/nodeset'

/** Alerts of one rule, severity, state and reason that began together, and ended together where they have. Unix seconds. */
export interface AlertGroup {
  ids: number[]
  /** Without those of nodes that are no more. */
  hostnames: string[]
  /** A node set; empty for the panel itself. */
  nodes: string
  /** The one that was farthest from the limit: it speaks for all. */
  worst: Alert
  from: number
  /** null while it is open. */
  to: number | null
}

/** So many seconds apart two alerts still belong together. */
const APART_SECONDS = 300

/** What is open first, the worst of it first; then what is over, the newest first. */
export function foldAlerts(alerts: readonly Alert[]): AlertGroup[] {
  const kinds = new Map<string, Alert[]>()
  for (const alert of [...alerts].sort((a, b) => a.began_at - b.began_at)) {
    const kind = kindOf(alert)
    kinds.set(kind, [...(kinds.get(kind) ?? []), alert])
  }
  return [...kinds.values()].flatMap(together).map(groupOf).sort(inOrder)
}

/** From when until when it was so; null where that is not over. */
export function spanOf({ began_at: from, over_at, closed_at }: Alert): { from: number; to: number | null } {
  return { from, to: closed_at === null ? null : (over_at ?? closed_at) }
}

function kindOf({ rule, severity, state, what, node_id, acked_by }: Alert): string {
  // Sentences that differ in nothing but their numbers tell the same.
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
  // Of a node that was removed only its number is known.
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
