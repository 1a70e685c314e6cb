/** Findings and alerts to test with. */

import type { Alert, Finding } from '@/api/client'

/** 2025-11-24 14:00:00 in Shanghai */
export const SINCE = Date.UTC(2025, 10, 24, 6, 0) / 1000

/** A hot part of a rack, with `changes`. */
export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    rule: 'hot',
    severity: 'critical',
    nodes: 'cn[1201-1203]',
    others: 0,
    racks: [],
    rack: 'cn12',
    rack_nodes: 40,
    what: { en: 'hot: 97.4 °C, limit 95 °C', zh: '过热：97.4 °C，限值 95 °C' },
    since: SINCE,
    times: 1,
    alerts: [11, 12, 13],
    node_ids: [1, 2, 3],
    is_suspended: false,
    acked_by: null,
    silenced_until: null,
    ...changes,
  }
}

/** A past alert of a hot node, with `changes`. */
export function alert(changes: Partial<Alert> = {}): Alert {
  return {
    id: 11,
    rule: 'hot',
    node_id: 1,
    hostname: 'cn1201',
    severity: 'critical',
    state: 'closed',
    what: { en: 'hot: 97.4 °C, limit 95 °C', zh: '过热：97.4 °C，限值 95 °C' },
    began_at: SINCE,
    opened_at: SINCE + 60,
    over_at: SINCE + 3600,
    closed_at: SINCE + 3900,
    times: 1,
    first_at: SINCE,
    worst: 97.4,
    limit: 95,
    told_at: SINCE + 90,
    acked_at: null,
    acked_by: null,
    note: null,
    ...changes,
  }
}

/** One that is still open. */
export function openAlert(changes: Partial<Alert> = {}): Alert {
  return alert({ state: 'open', over_at: null, closed_at: null, ...changes })
}
