// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { boxAround, boxBetween, nodesWithin } from '@/heatmap/box'
import { type Layout, placeOf } from '@/heatmap/layout'
import { searchFor } from '@/search/ofNodes'

import { realtimeNode } from './nodes'

/** Two columns of two lines with four cells each; the last has three. */
const LAYOUT: Layout = {
  cellWidth: 20,
  cellHeight: 10,
  labelWidth: 40,
  height: 20,
  labels: [],
  lines: [
    { first: 0, count: 4, label: '', group: 0, x: 50, y: 0 },
    { first: 4, count: 4, label: '', group: 0, x: 50, y: 10 },
    { first: 8, count: 4, label: '', group: 0, x: 200, y: 0 },
    { first: 12, count: 3, label: '', group: 0, x: 200, y: 10 },
  ],
}
const within = (a: [number, number], b: [number, number]) => {
  const box = boxBetween({ x: a[0], y: a[1] }, { x: b[0], y: b[1] })
  return box && nodesWithin(LAYOUT, box)
}

describe('a rectangle on the map', () => {
  it('has the nodes that it touches, wherever it starts', () => {
    expect(within([75, 5], [95, 15])).toEqual([1, 2, 5, 6])
    expect(within([95, 15], [75, 5])).toEqual([1, 2, 5, 6])
    expect(within([115, 2], [230, 4])).toEqual([3, 8, 9])
    expect(within([0, 0], [400, 40])).toEqual(Array.from({ length: 15 }, (_, index) => index))
    expect(within([0, 0], [40, 20])).toEqual([])
  })

  it('is none after a small jitter', () => {
    expect(within([75, 5], [79, 7])).toBeNull()
  })

  it('that is drawn with keys includes both ends', () => {
    expect(nodesWithin(LAYOUT, boxAround(LAYOUT, placeOf(LAYOUT, 6), placeOf(LAYOUT, 1)))).toEqual([1, 2, 5, 6])
    expect(nodesWithin(LAYOUT, boxAround(LAYOUT, placeOf(LAYOUT, 3), placeOf(LAYOUT, 12)))).toEqual([3, 7, 8, 12])
  })
})

describe('the search for only some nodes', () => {
  const nodes = ['n1', 'n2', 'n3', 'n10', 'login', 'login-gpu'].map((name, index) => realtimeNode({ id: index, name, hostname: `${name}.hpc` }))
  const odd = realtimeNode({ id: 9, name: '胖 节点', hostname: 'fat1' })
  const chosen = (...names: string[]) => searchFor([...nodes, odd].filter(({ name }) => names.includes(name)), [...nodes, odd], [{ name: 'rack1', nodes: ['n1.hpc', 'n2.hpc'] }])

  it.each([
    [['n2', 'n3'], 'n[2-3]'],
    [['n1'], 'n[1]'],
    [['n1', 'n3'], 'n[1,3]'],
    [['n1', 'login'], 'n[1],login !login-gpu.hpc'],
    [['n1', 'n2'], '@rack1'],
    [['胖 节点'], 'fat[1]'],
  ])('%j: %s', (names, text) => {
    expect(chosen(...names)).toBe(text)
  })

  it('is none if it would be too long for an address', () => {
    const many = Array.from({ length: 400 }, (_, index) => realtimeNode({ id: index, name: `node-${String(index)}-of-it`, hostname: `node-${String(index)}-of-it`.replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '') }))
    expect(searchFor(many.map((node) => ({ ...node, name: node.hostname })), many, [])).toBeNull()
  })
})
