// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { ColumnsReader } from '@/api/columns'

import { realtime, realtimeNode } from './nodes'

const NOW = 1_700_000_000

function event(count: number, columns: Record<string, unknown>) {
  return { timestamp: NOW, interval: 5, count, columns }
}

const SNAPSHOT = event(2, {
  id: [1, 2],
  name: ['a', 'b'],
  hostname: ['a.example', 'b.example'],
  state: 'up',
  timestamp: NOW,
  clock_skew_seconds: null,
  cpu_percent: [1.5, 2],
  memory_total: 8000,
  memory_used: [4000, 1],
  cpu_temp: null,
})

describe('columns of the stream', () => {
  it('become nodes, and a value that all have is sent once', () => {
    const { nodes } = new ColumnsReader().snapshot(SNAPSHOT)
    expect(nodes.map((node) => [node.id, node.name, node.state, node.cpu_percent, node.memory_percent])).toEqual([
      [1, 'a', 'up', 1.5, 50],
      [2, 'b', 'up', 2, 0.01],
    ])
  })

  it('of changes keep the names from the snapshot', () => {
    const reader = new ColumnsReader()
    reader.snapshot(SNAPSHOT)
    const changed = event(2, { id: [2, 3], state: ['down', 'up'], memory_used: 2000, memory_total: 8000, cpu_temp: 40 })
    const { nodes } = reader.samples(changed)
    // The third is unknown: it comes with the next snapshot.
    expect(nodes).toHaveLength(1)
    expect(nodes[0]).toMatchObject({ id: 2, hostname: 'b.example', state: 'down', memory_percent: 25, cpu_temp: 40 })
    expect(reader.samples(event(0, {})).nodes).toEqual([])
  })

  it('of nodes before their first sample are empty', () => {
    const silent = { id: 1, name: 'a', hostname: 'a', state: 'never', memory_used: null, memory_total: null }
    expect(new ColumnsReader().snapshot(event(1, silent)).nodes[0]).toMatchObject({ state: 'never', memory_percent: null })
  })

  it('are not needed: nodes are accepted as they are', () => {
    const asNodes = realtime(NOW, [realtimeNode()])
    expect(new ColumnsReader().samples(asNodes)).toBe(asNodes)
  })
})
