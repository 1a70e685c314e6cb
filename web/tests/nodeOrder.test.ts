// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { type Sort, sorted, turned } from '@/composables/nodeOrder'

import { neverSeen, realtimeNode } from './nodes'

const NODES = [
  realtimeNode({ id: 1, name: 'n1', cpu_percent: 20, cpu_temp: null, clock_skew_seconds: -3, timestamp: 100 }),
  realtimeNode({ id: 2, name: 'n2', cpu_percent: 90, cpu_temp: 50, clock_skew_seconds: 0.2, timestamp: 200 }),
  neverSeen({ id: 3, name: 'n3' }),
  realtimeNode({ id: 4, name: 'n4', state: 'down', cpu_percent: 20, cpu_temp: 70, clock_skew_seconds: 1, timestamp: 50 }),
]
const order = (sort: Sort) => sorted(NODES, sort).map(({ name }) => name)

describe('the order of nodes', () => {
  it.each([
    ['name', ['n1', 'n2', 'n3', 'n4']],
    ['-name', ['n4', 'n3', 'n2', 'n1']],
    ['cpu_percent', ['n1', 'n4', 'n2', 'n3']],
    ['-cpu_percent', ['n2', 'n1', 'n4', 'n3']],
    ['-cpu_temp', ['n4', 'n2', 'n1', 'n3']],
    ['state', ['n4', 'n3', 'n1', 'n2']],
    ['-seen', ['n4', 'n1', 'n2', 'n3']],
    ['-clock', ['n1', 'n4', 'n2', 'n3']],
  ] as const)('by %s is %j', (sort, names) => {
    expect(order(sort)).toEqual(names)
  })

  it('starts with the highest if a number is clicked, and reverses at the next click', () => {
    expect(turned('name', 'cpu_percent')).toBe('-cpu_percent')
    expect(turned('-cpu_percent', 'cpu_percent')).toBe('cpu_percent')
    expect(turned('-cpu_percent', 'name')).toBe('name')
    expect(turned('name', 'name')).toBe('-name')
  })
})
