import { describe, expect, it } from 'vitest'

import NodeTable from '@/components/NodeTable.vue'
import { METRIC_NAMES } from '@/metrics'

import { neverSeen, realtimeNode } from './nodes'
import { show } from './mounting'

const NOW = 1_700_000_000

function rowsOf(nodes: ReturnType<typeof realtimeNode>[], more: { isOld?: boolean; language?: 'en' | 'zh' } = {}) {
  return show(NodeTable, { nodes, now: NOW, isOld: more.isOld ?? false, sort: 'name' }, { language: more.language ?? 'en' })
}

describe('the table of nodes', () => {
  it("shows a node's values with their units", () => {
    const row = rowsOf([realtimeNode({ timestamp: NOW - 3 })]).get('.node-row')
    expect(row.findAll('td').map((cell) => cell.text())).toEqual(['node01', 'up', '58.2%', '101.4 of 251.5 GB', '61.0 °C', '3 s', '+0.1 s'])
  })

  it('says "no sensor" if there is no temperature, and never 0', () => {
    expect(rowsOf([realtimeNode({ cpu_temp: null })]).get('.cpu_temp.none').text()).toBe('no sensor')
    expect(rowsOf([realtimeNode({ cpu_temp: null })], { language: 'zh' }).get('.cpu_temp.none').text()).toBe('无传感器')
  })

  it('shows no values, and never 0, if the panel has just started and only knows when the last sample came', () => {
    const row = rowsOf([neverSeen({ state: 'down', timestamp: NOW - 600 })]).get('.node-row')
    expect(row.findAll('td').map((cell) => cell.text())).toEqual(['node01', 'down', '–', '–', '–', '10 min', '–'])
  })

  it('draws bars as long as their shares', () => {
    const bars = rowsOf([realtimeNode({ cpu_percent: 58.23, memory_percent: 40.32, cpu_temp: 60 })]).findAll<HTMLElement>('.fill')
    expect(bars.map((bar) => bar.attributes('style'))).toEqual([
      expect.stringContaining('58.23%') as string,
      expect.stringContaining('40.32%') as string,
      expect.stringContaining('50%') as string,
    ])
  })

  it.each([
    ['up', 'circle', 'up'],
    ['down', 'path', 'down'],
    ['never', 'circle', 'never seen'],
    ['disabled', 'path', 'disabled'],
  ] as const)('shows the state %s by a shape and a word', (state, shape, word) => {
    const mark = rowsOf([state === 'never' ? neverSeen() : realtimeNode({ state })]).get('.state-mark')
    expect(mark.find(shape).exists()).toBe(true)
    expect(mark.text()).toBe(word)
  })

  it('gives each state its own shape', () => {
    const shapes = (['up', 'down', 'never', 'disabled'] as const).map((state) => rowsOf([realtimeNode({ state })]).get('svg').html())
    expect(new Set(shapes).size).toBe(4)
  })

  it('shows dashes before the first sample', () => {
    const cells = rowsOf([neverSeen()]).findAll('td').map((cell) => cell.text())
    expect(cells.slice(2)).toEqual(['–', '–', '–', '–', '–'])
  })

  it('greys old values: those of a node that is down, or all if the panel is silent', () => {
    const greyed = (table: ReturnType<typeof rowsOf>) => table.findAll('.is-old').map((cell) => cell.classes()[0])
    expect(greyed(rowsOf([realtimeNode({ state: 'down' })]))).toEqual(METRIC_NAMES)
    expect(greyed(rowsOf([realtimeNode()], { isOld: true }))).toEqual(['state', ...METRIC_NAMES])
    expect(greyed(rowsOf([realtimeNode()]))).toEqual([])
  })

  it('keeps only the visible rows of a thousand, and says how many there are', () => {
    const nodes = Array.from({ length: 1000 }, (_, index) => realtimeNode({ id: index, name: `n${String(index)}` }))
    const table = rowsOf(nodes)
    expect(table.findAll('.node-row').length).toBeLessThan(100)
    expect(table.attributes('aria-rowcount')).toBe('1001')
    expect(table.get('.left-out').attributes('style')).toMatch(/\d+px/)
  })

  it('sorts by the column whose header is clicked, and marks it', async () => {
    const table = rowsOf([realtimeNode()])
    expect(table.get('th.name').attributes('aria-sort')).toBe('ascending')
    await table.get('th.cpu_percent button').trigger('click')
    expect(table.emitted('sort')).toEqual([['-cpu_percent']])
  })

  it('marks a clock that is off, unless the node is down', () => {
    expect(rowsOf([realtimeNode({ clock_skew_seconds: -12 })]).get('.clock.is-off').text()).toBe('-12.0 s')
    expect(rowsOf([realtimeNode({ clock_skew_seconds: -12, state: 'down' })]).find('td.clock.is-off').exists()).toBe(false)
  })

  it('opens the node whose row is clicked, and links it for the keyboard', async () => {
    const table = rowsOf([realtimeNode({ hostname: 'node01.cluster' })])
    await table.get('.node-row .cpu_percent').trigger('click')
    expect(table.emitted('open')).toEqual([['node01.cluster']])
    expect(table.get('a').attributes('href')).toBe('/realtime/node01.cluster')
  })
})
