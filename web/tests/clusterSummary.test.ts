// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { summaryOf } from '@/composables/clusterSummary'
import { byMetric } from '@/metrics'

import { GIB, neverSeen, realtimeNode } from './nodes'

describe('the summary of the cluster', () => {
  it('counts the nodes by state', () => {
    const nodes = [realtimeNode(), realtimeNode({ state: 'down' }), neverSeen(), neverSeen(), realtimeNode({ state: 'disabled' })]
    expect(summaryOf(nodes).counts).toEqual({ up: 1, down: 1, never: 2, disabled: 1 })
  })

  it('sums up the values of nodes that are up, and no old ones', () => {
    const summary = summaryOf([
      realtimeNode({ name: 'a', cpu_percent: 20, memory_used: GIB, memory_total: 2 * GIB, cpu_temp: 50, timestamp: 100 }),
      realtimeNode({ name: 'b', cpu_percent: 40, memory_used: GIB, memory_total: 4 * GIB, cpu_temp: null, timestamp: 105 }),
      realtimeNode({ name: 'c', cpu_percent: 100, memory_used: 9 * GIB, memory_total: 9 * GIB, cpu_temp: 99, timestamp: 5, state: 'down' }),
    ])
    expect(summary).toMatchObject({
      metrics: {
        cpu_percent: { mean: 30, highest: { name: 'b', value: 40 } },
        memory_used: { sum: 2 * GIB, total: 6 * GIB },
        cpu_temp: { highest: { name: 'a', value: 50 }, total: null },
      },
      newest: 105,
    })
  })

  it('has no values if no node is up, and does not show zero', () => {
    const nothing = { mean: null, highest: null, sum: null, total: null }
    expect(summaryOf([neverSeen()])).toMatchObject({ metrics: byMetric(() => nothing), newest: null })
  })
})
