/** Nodes to test with. */

import type { Node, Realtime, RealtimeNode } from '@/api/client'

export const GIB = 1024 ** 3

/** A node that is up, with `changes`. */
export function realtimeNode(changes: Partial<RealtimeNode> = {}): RealtimeNode {
  return {
    id: 1,
    name: 'node01',
    hostname: 'node01',
    state: 'up',
    timestamp: 1_700_000_000,
    cpu_percent: 58.23,
    memory_total: 251.5 * GIB,
    memory_used: 101.4 * GIB,
    memory_percent: 40.32,
    cpu_temp: 61,
    clock_skew_seconds: 0.1,
    ...changes,
  } as RealtimeNode // Without later metrics.
}

/** A node before its first sample. */
export function neverSeen(changes: Partial<RealtimeNode> = {}): RealtimeNode {
  const nothing = { timestamp: null, cpu_percent: null, memory_total: null, memory_used: null, memory_percent: null, cpu_temp: null }
  return realtimeNode({ state: 'never', ...nothing, clock_skew_seconds: null, ...changes })
}

export function realtime(timestamp: number, nodes: RealtimeNode[], interval = 5): Realtime {
  return { timestamp, interval, nodes }
}

/** A node, as in the list of nodes. */
export function listedNode(changes: Partial<Node> = {}): Node {
  return {
    id: 1,
    name: 'node01',
    ip: '10.0.0.1',
    hostname: 'node01',
    enabled: true,
    state: 'up',
    last_seen: 1_700_000_000,
    clock_skew_seconds: 0,
    agent_version: '0.1.0',
    sensor: 'coretemp Package id 0',
    cpu_temp_limit: 100,
    ...changes,
  }
}
