import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { shallowRef } from 'vue'
import type { RouteLocation } from 'vue-router'

import { ApiError, type Finding } from '@/api/client'
import AlertBell from '@/components/AlertBell.vue'
import NeedsAttention from '@/components/NeedsAttention.vue'

import { finding, SINCE } from './findings'
import { show, type Surroundings } from './mounting'
import { realtimeNode } from './nodes'

const nodes = shallowRef([1, 2, 3, 4].map((id) => realtimeNode({ id, name: `cn120${String(id)}`, hostname: `cn120${String(id)}` })))

function list(findings: Finding[], { cluster = {}, ...rest }: Surroundings = {}) {
  const known = { findings: shallowRef(findings), nodes, panelTime: shallowRef(SINCE + 3600), ...cluster } as Surroundings['cluster']
  return show(NeedsAttention, { findings, isOld: false, canAct: true }, { cluster: known, ...rest })
}

async function opened(findings: Finding[], surroundings: Surroundings = {}) {
  const view = list(findings, surroundings)
  await view.get('.row').trigger('click')
  await flushPromises()
  return view
}

const textOf = (element: { text: () => string }) => element.text().replace(/\s+/g, ' ')
const admin = { isAdmin: shallowRef(true) }

describe('what needs attention', () => {
  it('is missing while nothing is wrong', () => {
    expect(list([]).find('section').exists()).toBe(false)
  })

  it('is one line: how bad, who, what, since when, of which rack', () => {
    expect(textOf(list([finding()]).get('.row'))).toBe('critical: cn[1201-1203] hot: 97.4 °C, limit 95 °C · since 14:00 · 3 of the 40 nodes of cn12')
    const whole = finding({ racks: ['cn12'], rack: null, times: 3 })
    expect(textOf(list([whole]).get('.row'))).toContain('3 nodes, all of cn12 · 3 times')
  })

  it('is Chinese in Chinese', () => {
    const text = textOf(list([finding({ acked_by: 'ada' })], { language: 'zh' }).get('section'))
    expect(text).toContain('没有新的异常需要关注。')
    const loud = textOf(list([finding({ others: 12 })], { language: 'zh' }).get('.row'))
    expect(loud).toBe('严重：cn[1201-1203] 及另外 12 个节点 过热：97.4 °C，限值 95 °C · 自 14:00 起 · cn12 共 40 个节点，其中 3 个')
  })

  it('names the panel, and the day if it began on another day', () => {
    const panel = finding({ nodes: '', node_ids: [0], rack: null, since: SINCE - 86_400 })
    expect(textOf(list([panel]).get('.row'))).toContain('The panel hot: 97.4 °C, limit 95 °C · since 23 Nov, 14:00')
  })

  it('shows four of many, and what is quiet only when asked', async () => {
    const many = Array.from({ length: 30 }, (_, index) => finding({ alerts: [index + 100], severity: index < 20 ? 'critical' : 'info' }))
    const view = list(many)
    expect(view.findAll('.row')).toHaveLength(4)
    expect(view.get('header button').text()).toBe('26 more')
    await view.get('header button').trigger('click')
    expect(view.findAll('.row')).toHaveLength(30)
    const quiet = list([finding({ is_suspended: true })])
    expect(quiet.get('h2').text()).toBe('Nothing new needs attention.')
    expect(quiet.findAll('.row')).toHaveLength(0)
  })

  it('shows nothing of a text as HTML', () => {
    const what = { en: '<img src=x onerror=alert(1)>', zh: '' }
    const view = list([finding({ nodes: '<b>x</b>', what })])
    expect(view.find('img').exists()).toBe(false)
    expect(view.get('strong').text()).toBe('<b>x</b>')
  })

  it('puts a clicked one into the address, and removes it again', async () => {
    const view = await opened([finding()])
    const route = () => (view.vm as unknown as { $route: RouteLocation }).$route
    expect(route().query).toEqual({ mark: '11' })
    expect(view.get('.row').attributes('aria-expanded')).toBe('true')
    await view.get('.row').trigger('click')
    await flushPromises()
    expect(route().query).toEqual({})
  })

  it('offers the history from before it began, and only its nodes', async () => {
    const view = await opened([finding()])
    const [history, only] = view.findAll('a').map((link) => decodeURIComponent(link.attributes('href') ?? ''))
    expect(history).toBe(`/history/cn[1201-1203]?from=${String(SINCE - 3600)}&to=${String(SINCE + 3600)}`)
    expect(only).toBe('/realtime?q=cn[1201-1203]')
  })

  it('lets a viewer look and an admin act', async () => {
    expect((await opened([finding()])).findAll('.alert-actions button')).toHaveLength(0)
    const acknowledge = vi.fn(() => Promise.resolve({ acked: 3 }))
    const renewFindings = vi.fn(() => Promise.resolve())
    const view = await opened([finding()], { session: admin, api: { acknowledge }, cluster: { renewFindings } })
    expect(view.findAll('.alert-actions button').map((button) => button.text())).toEqual(['Acknowledge', 'Silence …'])
    await view.get('.alert-actions button').trigger('click')
    await flushPromises()
    expect(acknowledge).toHaveBeenCalledExactlyOnceWith([11, 12, 13])
    expect(renewFindings).toHaveBeenCalledOnce()
  })

  it('says what went wrong if the panel refuses', async () => {
    const acknowledge = () => Promise.reject(new ApiError(403, 'This takes an admin.'))
    const view = await opened([finding()], { session: admin, api: { acknowledge } })
    await view.get('.alert-actions button').trigger('click')
    await flushPromises()
    expect(view.get('.notice-bar').text()).toContain('This takes an admin.')
  })

  it('silences its nodes and its rule, for a reason', async () => {
    const addSilence = vi.fn(() => Promise.reject(new ApiError(400, 'until is 3; it must be later.')))
    const view = await opened([finding()], { session: admin, api: { addSilence } })
    await view.findAll('.alert-actions button')[1]?.trigger('click')
    await view.get('form').trigger('submit')
    expect(view.get('[role=alert]').text()).toBe('Give a reason, so that others know.')
    expect(addSilence).not.toHaveBeenCalled()
    await view.get('.why').setValue(' new fans ')
    await view.findAll('.choice-bar button')[1]?.trigger('click')
    await view.get('form').trigger('submit')
    await flushPromises()
    expect(addSilence).toHaveBeenCalledExactlyOnceWith({ nodes: 'cn[1201-1203]', rules: ['hot'], until: SINCE + 3600 + 8 * 3600, why: 'new fans' })
    expect(view.get('[role=alert]').text()).toContain('until is 3; it must be later.')
  })

  it('refuses a time that is over before it asks', async () => {
    const addSilence = vi.fn(() => Promise.reject(new Error('asked')))
    const view = await opened([finding()], { session: admin, api: { addSilence } })
    await view.findAll('.alert-actions button')[1]?.trigger('click')
    await view.get('.why').setValue('x')
    await view.findAll('.choice-bar button')[2]?.trigger('click')
    for (const time of ['', '2001-01-01T00:00']) {
      await view.get('[type=datetime-local]').setValue(time)
      await view.get('form').trigger('submit')
      expect(view.get('[role=alert]').text()).toBe('Choose a time in the future.')
    }
    expect(addSilence).not.toHaveBeenCalled()
  })
})

describe('the bell', () => {
  it('counts what needs attention, and says how bad it is', () => {
    const bell = show(AlertBell, { findings: [finding(), finding({ severity: 'warning' }), finding({ acked_by: 'ada' })] })
    expect(bell.get('button').attributes('aria-label')).toBe('Alerts: 2 (1 critical, 1 warning)')
    expect(bell.get('.count').text()).toBe('2')
    const calm = show(AlertBell, { findings: [] }, { language: 'zh' })
    expect(calm.get('button').attributes('aria-label')).toBe('告警：当前没有')
    expect(calm.find('.count').exists()).toBe(false)
  })
})
