import { describe, expect, it } from 'vitest'

import ClusterSummary from '@/components/ClusterSummary.vue'
import FeedNotice from '@/components/FeedNotice.vue'
import { summaryOf } from '@/composables/clusterSummary'

import { show } from './mounting'
import { GIB, neverSeen, realtimeNode } from './nodes'

const NOW = 1_700_000_000

describe('the line above the table', () => {
  it('always counts up and down, the other states only if there are such nodes', () => {
    const summary = summaryOf([realtimeNode(), neverSeen()])
    const counts = show(ClusterSummary, { summary, trends: [], interval: 5, feed: 'stream', panelTime: NOW }).findAll('.count')
    expect(counts.map((count) => count.text())).toEqual(['1 up', '0 down', '1 never seen'])
  })

  it('shows no alarm if none is down', () => {
    const marks = show(ClusterSummary, { summary: summaryOf([realtimeNode()]), trends: [], interval: 5, feed: 'stream', panelTime: NOW }).findAll('.state-mark')
    expect(marks.map((mark) => mark.classes('calm'))).toEqual([false, true])
  })

  it('names the busiest and the hottest node, and a clock that is off', () => {
    const nodes = [realtimeNode(), realtimeNode({ name: 'n7', cpu_percent: 97.9, cpu_temp: 83, clock_skew_seconds: -4 })]
    const text = show(ClusterSummary, { summary: summaryOf(nodes), trends: [], interval: 5, feed: 'stream', panelTime: NOW }).text()
    expect(text).toContain('97.9% n7')
    expect(text).toContain('83.0 °C n7')
    expect(text).toContain('± 4.0 s n7')
  })

  it("shows the panel's time with its zone, and how old the newest sample is", () => {
    const summary = summaryOf([realtimeNode({ timestamp: NOW - 125 })])
    const text = show(ClusterSummary, { summary, trends: [], interval: 5, feed: 'stream', panelTime: NOW }).text()
    expect(text).toContain('06:13:20 GMT+8')
    expect(text).toContain('2 min old')
  })

  it('sums up memory in GB, and in TB where there is much', () => {
    const textOf = (memory_total: number) => {
      const summary = summaryOf([realtimeNode({ memory_used: memory_total / 2, memory_total })])
      return show(ClusterSummary, { summary, trends: [], interval: 5, feed: 'stream', panelTime: NOW }).text()
    }
    expect(textOf(512 * GIB)).toContain('256.0 of 512.0 GB')
    expect(textOf(16 * 1024 * GIB)).toContain('8.0 of 16.0 TB')
  })

  it('greys every value when no data come', () => {
    const props = { summary: summaryOf([realtimeNode()]), trends: [], interval: 5, panelTime: NOW }
    const lost = show(ClusterSummary, { ...props, feed: 'lost' })
    expect(lost.findAll('.is-old').length).toBeGreaterThanOrEqual(5)
    expect(lost.get('.feed-mark').text()).toBe('no data')
    expect(show(ClusterSummary, { ...props, feed: 'stream' }).findAll('.is-old')).toHaveLength(0)
  })
})

describe('the notice at the top', () => {
  it('says for how long no data have come', () => {
    const notice = show(FeedNotice, { state: 'lost', silentSeconds: 75, isKnown: true })
    expect(notice.get('[role=status]').text()).toContain('No data from the panel for 1 min')
  })

  it('says so too if none ever came', () => {
    expect(show(FeedNotice, { state: 'lost', silentSeconds: 9, isKnown: false }).text()).toContain('sends no data')
  })

  it.each(['starting', 'stream', 'polling'])('is not there while data are %s', (state) => {
    expect(show(FeedNotice, { state, silentSeconds: 1, isKnown: true }).find('[role=status]').exists()).toBe(false)
  })
})
