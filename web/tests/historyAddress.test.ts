// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { targetOf } from '@/history/target'
import { drawn, moved, queryOf, whenOf, withWhen } from '@/history/when'

import { listedNode } from './nodes'

const NOW = 1_700_000_000
const DAY = 86_400
const NODES = [
  listedNode({ id: 1, name: 'n1', hostname: 'n1.hpc' }),
  listedNode({ id: 2, name: 'fat', hostname: 'n2.hpc', enabled: false, state: 'disabled' }),
  ...Array.from({ length: 10 }, (_, index) => listedNode({ id: 3 + index, name: `c${String(index)}`, hostname: `c${String(index)}` })),
]

describe('the time in an address', () => {
  it.each([
    [{ period: '7d' }, { period: '7d' }],
    [{ period: '1y' }, { period: '1y' }],
    [{}, { period: '1d' }],
    [{ period: '2y' }, { period: '2y' }],
    [{ period: '3y' }, { period: '1d' }],
    [{ period: ['7d'] }, { period: '1d' }],
    [{ from: '100', to: '900' }, { from: 100, to: 900 }],
    [{ from: '900', to: '100' }, { period: '1d' }],
    [{ from: 'x', to: '900', period: '1m' }, { period: '1m' }],
  ])('%j is %j', (query, when) => {
    expect(whenOf(query)).toEqual(when)
  })

  it('is written again as it was read', () => {
    for (const query of [{ period: '1m' }, { from: '100', to: '900' }]) expect(queryOf(whenOf(query))).toEqual(query)
  })

  it('replaces another and keeps everything else', () => {
    expect(withWhen({ by: 'temperature', from: '100', to: '900' }, { period: '1y' })).toEqual({ by: 'temperature', period: '1y' })
    expect(withWhen({ by: 'memory', period: '7d' }, { from: 100, to: 900 })).toEqual({ by: 'memory', from: '100', to: '900' })
  })

  it('moves by its own length, and becomes a period again when it reaches now', () => {
    const yesterday = moved({ period: '1d' }, -1, NOW)
    expect(yesterday).toEqual({ from: NOW - 2 * DAY, to: NOW - DAY })
    expect(moved(yesterday, 1, NOW)).toEqual({ period: '1d' })
    expect(moved({ from: NOW - 1000, to: NOW - 500 }, 1, NOW)).toEqual({ from: NOW - 500, to: NOW })
  })

  it('that is drawn has at least a few records', () => {
    expect(drawn(1000, 1100)).toEqual({ from: 600, to: 1500 })
    expect(drawn(1000.5, 9000.2)).toEqual({ from: 1000, to: 9001 })
  })
})

describe('the nodes in an address', () => {
  it.each(['n1', 'n1.hpc', 'N1', '1'])('%s is one node', (text) => {
    expect(targetOf(text, NODES)).toMatchObject({ kind: 'one', hostnames: 'n1.hpc', title: 'n1' })
  })

  it('may be one that is disabled: its past stays', () => {
    expect(targetOf('fat', NODES)).toMatchObject({ kind: 'one', hostnames: 'n2.hpc' })
  })

  it('are a few up to eight, and a set beyond', () => {
    expect(targetOf('n[1-2]', NODES)).toMatchObject({ kind: 'several', hostnames: 'n[1-2].hpc', title: 'n1,fat' })
    expect(targetOf('c[0-7]', NODES)).toMatchObject({ kind: 'several' })
    expect(targetOf('c[0-8]', NODES)).toMatchObject({ kind: 'set', hostnames: 'c[0-8]' })
  })

  it('are named if they do not exist or are not a node set', () => {
    expect(targetOf('c[8-11]', NODES)).toEqual({ kind: 'unknown', text: 'c10' })
    expect(targetOf('c[8-', NODES)).toEqual({ kind: 'badSet', text: 'c[8-' })
    expect(targetOf('!c1', NODES)).toEqual({ kind: 'unknown', text: '!c1' })
  })
})
