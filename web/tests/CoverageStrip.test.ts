import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'

import type { Gap, NodeGaps } from '@/api/client'
import CoverageStrip from '@/components/CoverageStrip.vue'
import { useGaps } from '@/composables/useGaps'
import { gapLines } from '@/history/gapLines'
import { type HistoryPlot, plotOne, plotSeveral, plotSpread } from '@/history/plot'
import { isProblem, type Target, targetOf } from '@/history/target'

import { show } from './mounting'
import { listedNode } from './nodes'
import { FROM, records, setOf, spread } from './records'

const gap = (from: number, to: number, reason: Gap['reason']): Gap => ({ from: FROM + from, to: FROM + to, reason })
const gapsOf = (hostname: string, ...gaps: Gap[]): NodeGaps => ({ node_id: 1, hostname, gaps })
const several = () => plotSeveral(setOf('n1', 'n2'), (hostname) => hostname)
const strip = (plot: HistoryPlot, gaps: NodeGaps[], hovered: { time: number; index: number | null } | null = null) =>
  show(CoverageStrip, { plot, gaps, hovered })

describe('the coverage of one node', () => {
  it('shows its gap in the strip and its reason below', () => {
    const view = strip(plotOne(records()), [gapsOf('node01', gap(600, 1200, 'panel_away'))])
    expect(view.findAll('.coverage-lane .gap.panel_away')).toHaveLength(1)
    expect(view.get('.gaps li').text()).toContain('the panel was away')
    expect(view.find('.label').exists()).toBe(false)
  })

  it('shows the reason of the gap under the crosshair', () => {
    const view = strip(plotOne(records()), [gapsOf('node01', gap(600, 1200, 'node_away'))], { time: FROM + 900, index: 2 })
    expect(view.get('header').text()).toContain('the node was off')
  })

  it('says up to when the archive could not be read, and does not count that as missing', () => {
    const plot = plotOne(records({ unread: { until: FROM + 43_200, why: 'it is away' } }))
    const view = strip(plot, [])
    expect(view.get('.coverage-lane .unread').attributes('width')).toBe('720')
    expect(view.get('.gaps li').text()).toContain('not read from the archive')
    expect(view.get('header').text()).toContain('3 of 144')
    expect(strip(plot, [], { time: FROM + 900, index: 2 }).get('header').text()).toContain('not read from the archive')
  })

  it('counts gaps too short to be seen', () => {
    const gaps = [gapsOf('node01', gap(600, 1200, 'node_away'), gap(1205, 1270, 'unknown'))]
    expect(strip(plotOne(records()), gaps).findAll('.gaps li').map((line) => line.text()).at(-1)).toBe('and 1 shorter')
  })
})

describe('the coverage of a few nodes', () => {
  const gaps = [gapsOf('n1', gap(600, 1200, 'panel_away')), gapsOf('n2', gap(0, 300, 'agent_stopped'), gap(600, 1200, 'panel_away'))]

  it('has a line for each, with its gaps', () => {
    const view = strip(several(), gaps)
    expect(view.findAll('.label').map((label) => label.text())).toEqual(['n1 3 of 288', 'n2 2 of 288'])
    expect(view.findAll('.coverage-lane').map((lane) => lane.findAll('.gap').length)).toEqual([1, 2])
  })

  it('shows each node’s reason under the crosshair', () => {
    const view = strip(several(), gaps, { time: FROM + 300, index: 0 })
    expect(view.findAll('.label').map((label) => label.text())).toEqual(['n1 60 of 60', 'n2 the agent was stopped'])
  })

  it('names the nodes of each reason, together where they miss the same', () => {
    const lines = strip(several(), gaps).findAll('.gaps li').map((line) => line.text())
    expect(lines[0]).toMatch(/^n\[1-2\] .* the panel was away$/)
    expect(lines[1]).toMatch(/^n2 .* the agent was stopped$/)
  })
})

describe('the coverage of a set', () => {
  it('says that reasons are shown for few nodes only', () => {
    expect(strip(plotSpread(spread(), 'n[1-12]'), []).get('.gaps').text()).toBe('Reasons are shown for up to 8 nodes.')
  })
})

describe('the lines of gaps', () => {
  it('begin with the longest, and differ by time and by reason', () => {
    const lanes = [
      { name: 'a1', gaps: [gap(0, 60, 'unknown'), gap(300, 600, 'node_away')] },
      { name: 'a2', gaps: [gap(300, 600, 'unknown')] },
      { name: 'a3', gaps: [gap(300, 600, 'node_away')] },
    ]
    const lines = gapLines(lanes, ({ from, to }) => `${String(from - FROM)}-${String(to - FROM)}`)
    expect(lines.map(({ span, reason, nodes }) => [span, reason, nodes])).toEqual([
      ['300-600', 'node_away', 'a[1,3]'],
      ['300-600', 'unknown', 'a2'],
      ['0-60', 'unknown', 'a1'],
    ])
  })
})

describe('the gaps', () => {
  async function asked(text: string, plot: HistoryPlot) {
    const nodes = Array.from({ length: 9 }, (_, index) => listedNode({ id: index + 1, name: `n${String(index + 1)}`, hostname: `n${String(index + 1)}` }))
    const found = targetOf(text, nodes)
    if (isProblem(found)) throw new Error(text)
    const gaps = vi.fn(() => Promise.resolve({ from: 0, to: 0, nodes: [gapsOf('n1')] }))
    const scope = effectScope()
    const told = scope.run(() => useGaps({ gaps }, shallowRef<Target | null>(found), shallowRef<HistoryPlot | null>(plot)))
    await flushPromises()
    scope.stop()
    return { gaps, told }
  }

  it('of a few nodes are requested together', async () => {
    const { gaps, told } = await asked('n[1-8]', several())
    expect(gaps).toHaveBeenCalledTimes(1)
    expect(gaps.mock.calls[0]).toEqual(['n[1-8]', { from: FROM, to: FROM + 86_400 }, expect.anything()])
    expect(told?.value).toHaveLength(1)
  })

  it('of a set are not requested', async () => {
    expect((await asked('n[1-9]', plotSpread(spread(), 'n[1-9]'))).gaps).not.toHaveBeenCalled()
  })
})
