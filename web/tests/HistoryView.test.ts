import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, shallowRef } from 'vue'
import type { RouteLocation } from 'vue-router'

import { ApiError, type History, type Node, type RealtimeOne } from '@/api/client'
import type { Cluster } from '@/composables/useCluster'
import { RENEWAL_SECONDS } from '@/composables/useNodes'
import HistoryView from '@/views/HistoryView.vue'

import { show } from './mounting'
import { listedNode, realtimeNode } from './nodes'

/** 2025-11-24 14:07:00 in Shanghai */
const NOW = Date.UTC(2025, 10, 24, 6, 7) / 1000
const EMPTY: History = { node_id: 1, hostname: 'node01', period: '1d', from: NOW - 86_400, to: NOW, step: 300, interval: 5, timestamp: [] }

const GAPS = { node_id: 1, hostname: 'node01', gaps: [{ from: NOW - 86_400, to: NOW, reason: 'clock_refused' as const }] }
/** The last four samples before NOW, two of them of the record that fills. */
const LIVE = {
  interval: 5,
  recent: { timestamp: [NOW - 130, NOW - 120, NOW - 10, NOW - 5], cpu_percent: [90, 90, 10, 20], memory_used: [1, 1, 2 ** 30, 2 ** 30], cpu_temp: [1, 1, null, 50] },
} as unknown as RealtimeOne

async function open(nodes: Node[], history: () => Promise<History> = () => Promise.resolve(EMPTY), node = 'node01') {
  const api = { nodes: () => Promise.resolve([...nodes]), history: vi.fn(history), gaps: () => Promise.resolve({ from: 0, to: 0, nodes: [GAPS] }), realtimeOf: () => Promise.resolve(LIVE) }
  const view = show(HistoryView, { node, when: { period: '1d' } }, { api, cluster: { panelTime: ticking(NOW) } })
  await flushPromises()
  return { view, api }
}

/** The panel's clock as the page knows it. */
function ticking(from: number): Cluster['panelTime'] {
  const time = shallowRef(from)
  setInterval(() => { time.value += 1 }, 1000)
  return computed(() => time.value)
}

const routeOf = (view: ReturnType<typeof show>) => (view.vm as unknown as { $route: RouteLocation }).$route

beforeEach(() => vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] }))
afterEach(() => vi.useRealTimers())

describe('history without records', () => {
  it('says when the first one appears', async () => {
    const { view } = await open([listedNode()])
    expect(view.get('.empty-state p').text()).toBe('No records yet: the first appears at 14:10.')
  })

  it.each([-3730, 3730])("says so by the panel's clock, though the viewer's is %i s off", async (offset) => {
    vi.setSystemTime((NOW + offset) * 1000)
    const { view } = await open([listedNode()])
    expect(view.get('.empty-state p').text()).toBe('No records yet: the first appears at 14:10.')
    await view.get('[aria-label=Earlier]').trigger('click')
    await flushPromises()
    expect(routeOf(view).query).toEqual({ from: String(NOW - 2 * 86_400), to: String(NOW - 86_400) })
  })

  it('promises the next one when that time has passed', async () => {
    const { view } = await open([listedNode()])
    await vi.advanceTimersByTimeAsync(4 * 60_000)
    expect(view.get('.empty-state p').text()).toBe('No records yet: the first appears at 14:15.')
  })

  it('says that a node has never sent anything', async () => {
    const { view } = await open([listedNode({ state: 'never', last_seen: null })])
    expect(view.get('.empty-state').text()).toBe('This node has not sent a sample yet.')
  })

  it('shows the record that fills, and that it is not full yet', async () => {
    const { view } = await open([listedNode()])
    expect(view.get('.empty-state caption').text()).toBe('The record in progress, until 14:10')
    expect(view.findAll('.empty-state tbody td').map((cell) => cell.text())).toEqual(['2 of 60', '15.0%', '1.0 GB', '50.0 °C'])
  })

  it('of a node that has long been down says since when and why, and links to its last record', async () => {
    const lastSeen = NOW - 2 * 86_400
    const { view } = await open([listedNode({ state: 'down', last_seen: lastSeen })])
    expect(view.get('.empty-state').text()).toContain('No records in this period.')
    expect(view.get('.empty-state').text()).toContain('No sample since 22 Nov 2025, 14:07 (refused: a clock was wrong)')
    await view.get('.empty-state button').trigger('click')
    await flushPromises()
    const { from, to } = routeOf(view).query
    expect(Number(from)).toBeLessThan(lastSeen)
    expect(Number(to)).toBeGreaterThan(lastSeen)
    expect(Number(to) - Number(from)).toBe(86_400)
    expect(view.get('.history-readout').text()).toContain('0 of 288 records')
  })
})

describe('the state beside the name', () => {
  it('is the current one, not that of when the page was opened', async () => {
    const nodes = [listedNode()]
    const { view } = await open(nodes)
    expect(view.get('.state-mark').text()).toBe('up')
    nodes[0] = listedNode({ state: 'down' })
    await vi.advanceTimersByTimeAsync(RENEWAL_SECONDS * 1000)
    expect(view.get('.state-mark').text()).toBe('down')
  })
})

describe('a search', () => {
  const nodes = [1, 2, 3].map((id) => listedNode({ id, name: `n${String(id)}`, hostname: `n${String(id)}` }))
  const live = nodes.map(({ id, name, hostname }) => realtimeNode({ id, name, hostname, cpu_temp: 60 + 10 * id }))
  const asked = async (node: string) => {
    const api = { nodes: () => Promise.resolve([...nodes]), history: () => Promise.resolve(EMPTY), historyOfSet: () => new Promise<never>(() => undefined), gaps: () => new Promise<never>(() => undefined) }
    const view = show(HistoryView, { node, when: { period: '1d' } }, { api, cluster: { panelTime: computed(() => NOW), nodes: shallowRef(live), isKnown: computed(() => true) } })
    await flushPromises()
    return view
  }

  it('becomes the nodes that match it at that moment, which the address then names', async () => {
    expect(routeOf(await asked('temp>75'))).toMatchObject({ name: 'history', params: { node: 'n[2-3]' }, query: { q: 'temp>75' } })
  })

  it.each([
    ['temp>95', 'No node matches “temp>95” now.'],
    ['tmp>75', '“tmp>75” is ignored: a condition begins with one of cpu, mem, temp, clock, as in temp>85.'],
    ['n1 tmp>75', '“tmp>75” is ignored: a condition begins with one of cpu, mem, temp, clock, as in temp>85.'],
    ['@rack9', 'There is no group “rack9”: this cluster has none.'],
  ])('%s shows nothing but the reason', async (text, sentence) => {
    const view = await asked(text)
    expect(view.get('.empty-state').text()).toBe(sentence)
    expect(routeOf(view).name).not.toBe('history')
  })
})

describe('history that cannot be shown', () => {
  it('names a node that does not exist, and sends no request', async () => {
    const { view, api } = await open([listedNode()], undefined, 'node99')
    expect(view.get('.empty-state').text()).toBe('There is no node named “node99”.')
    expect(api.history).not.toHaveBeenCalled()
  })

  it('says that there are no nodes yet, and how to add one', async () => {
    const { view } = await open([])
    expect(view.text()).toContain('minipanel nodes add')
  })

  it('says that the panel is away, and retries on request', async () => {
    const { view, api } = await open([listedNode()], () => Promise.reject(new ApiError(0, 'away')))
    expect(view.get('.notice-bar').text()).toContain('The panel can’t be reached.')
    await view.get('.notice-bar button').trigger('click')
    await flushPromises()
    expect(api.history).toHaveBeenCalledTimes(2)
  })
})

describe('history with an archive', () => {
  it('has two years only if the archive reaches that far', async () => {
    const links = (days: number) => show(HistoryView, { node: 'node01', when: { period: '1d' } }, { api: { nodes: () => Promise.resolve([listedNode()]), history: () => Promise.resolve(EMPTY), gaps: () => Promise.resolve({ from: 0, to: 0, nodes: [GAPS] }), realtimeOf: () => Promise.resolve(LIVE) }, cluster: { panelTime: ticking(NOW) }, session: { archiveDays: shallowRef(days) } })
    const views = [0, 729, 730].map(links)
    await flushPromises()
    expect(views.map((view) => view.findAll('.period-switch a').map((link) => link.text()).includes('2 years'))).toEqual([false, false, true])
  })

  it('says what could not be read, and asks again', async () => {
    const history = vi.fn()
      .mockResolvedValueOnce({ ...EMPTY, unread: { until: NOW - 3600, why: 'it is away' } })
      .mockResolvedValue(EMPTY)
    const { view } = await open([listedNode()], history)
    expect(view.get('.notice-bar').text()).toBe('The archive does not answer, so data from before 24 Nov 2025, 13:07 is missing here.')
    await vi.advanceTimersByTimeAsync(31_000)
    expect(view.find('.notice-bar').exists()).toBe(false)
  })
})
