import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { computed, shallowRef } from 'vue'

import type { Api, AuditEntry, OpenSession } from '@/api/client'
import AuditList from '@/components/AuditList.vue'
import UserMenu from '@/components/UserMenu.vue'
import SessionsView from '@/views/SessionsView.vue'

import { show } from './mounting'

const NOW = 1_700_000_000

function opened(changed: Partial<OpenSession> = {}): OpenSession {
  return { id: 'a1', username: 'vera', created_at: NOW - 7200, expires_at: NOW + 36_000, last_seen_at: NOW - 600, address: '10.0.0.8', user_agent: 'curl/8.5.0', is_current: false, ...changed }
}

const cluster = { panelTime: computed(() => NOW) }

async function view(role: 'admin' | 'viewer', rows: OpenSession[]) {
  const api = { sessions: () => Promise.resolve(rows), endSession: vi.fn<Api['endSession']>(() => Promise.resolve({ status: 'ok' })) }
  const session = { isAdmin: shallowRef(role === 'admin'), logOut: vi.fn(() => Promise.resolve()) }
  const shown = show(SessionsView, {}, { api, cluster, session })
  await flushPromises()
  return { shown, api, session }
}

describe('the sessions', () => {
  it('of a viewer are shown without anything that would be refused', async () => {
    const { shown } = await view('viewer', [opened({ is_current: true }), opened({ id: 'b2' })])
    expect(shown.findAll('button').map((button) => button.text())).toEqual(['Log out', 'End'])
    expect(shown.findAll('th').map((head) => head.text())).toEqual(['Since', 'From', 'Browser', 'Last seen', 'End'])
  })

  it('of everybody are shown to an admin, the admin’s own first', async () => {
    const { shown } = await view('admin', [opened(), opened({ id: 'b2', username: 'miniadmin', is_current: true })])
    const rows = shown.findAll('tbody tr').map((row) => row.findAll('td').map((cell) => cell.text()))
    expect(rows).toEqual([
      ['miniadmin', '15 Nov 2023, 04:13', '10.0.0.8', 'curl', 'this browser', 'Log out'],
      ['vera', '15 Nov 2023, 04:13', '10.0.0.8', 'curl', '10 min ago', 'End'],
    ])
    expect(shown.findAll('.choice-bar button').map((choice) => choice.text())).toEqual(['Sessions', 'API tokens', 'Wall screens', 'Audit'])
  })

  it('are ended one by one, the own one by logging out', async () => {
    const { shown, api, session } = await view('viewer', [opened({ is_current: true }), opened({ id: 'b2' })])
    const [own, other] = shown.findAll('td button')
    await other?.trigger('click')
    expect(api.endSession).toHaveBeenCalledExactlyOnceWith('b2')
    expect(session.logOut).not.toHaveBeenCalled()
    await own?.trigger('click')
    expect(session.logOut).toHaveBeenCalledOnce()
  })

  it('are shown in pages if there are many', async () => {
    const { shown } = await view('admin', Array.from({ length: 120 }, (_, index) => opened({ id: String(index), username: `u${String(index)}` })))
    expect(shown.findAll('tbody tr')).toHaveLength(50)
    const [newer, older] = shown.findAll('.pages button')
    expect(newer?.attributes('disabled')).toBeDefined()
    await older?.trigger('click')
    await older?.trigger('click')
    expect(shown.get('.pages').text()).toContain('101 to 120 of 120')
    expect(shown.findAll('tbody tr')).toHaveLength(20)
    expect(older?.attributes('disabled')).toBeDefined()
  })

  it('of a user whom a proxy logs in are none, and the page says why', async () => {
    const { shown } = await view('viewer', [])
    expect(shown.text()).toContain('No sessions: the proxy')
  })
})

describe("the user's menu", () => {
  const props = { username: 'vera', isViewer: false, isProxied: false }

  it('has the sessions and the log-out, once it is opened', async () => {
    const menu = show(UserMenu, props)
    expect(menu.find('.menu').exists()).toBe(false)
    await menu.get('button').trigger('click')
    expect(menu.findAll('.menu a, .menu button').map((entry) => entry.text())).toEqual(['Sessions', 'Log out'])
    await menu.get('.menu button').trigger('click')
    expect(menu.emitted('logOut')).toHaveLength(1)
  })

  it('says that the user is a viewer, and has no log-out if a proxy logs users in', async () => {
    const menu = show(UserMenu, { ...props, isViewer: true, isProxied: true })
    await menu.get('button').trigger('click')
    expect(menu.get('.menu').text()).toContain('Viewer')
    expect(menu.find('.menu button').exists()).toBe(false)
  })
})

const DEEDS: Record<AuditEntry['what'], [english: string, chinese: string]> = {
  login: ['logged in', '登录'],
  login_failed: ['a login failed', '登录失败'],
  proxy_login: ['logged in through the proxy', '经代理服务器登录'],
  logout: ['logged out', '退出登录'],
  session_ended: ['ended a session of x', '结束了 x 的一个会话'],
  token_added: ['created the API token x', '创建了 API 令牌 x'],
  token_removed: ['removed the API token x', '移除了 API 令牌 x'],
  kiosk_added: ['created the wall screen x', '创建了大屏 x'],
  kiosk_opened: ['the link of the wall screen x was opened', '大屏 x 的链接被打开'],
  kiosk_removed: ['removed the wall screen x', '移除了大屏 x'],
  user_added: ['added the user x', '添加了用户 x'],
  user_removed: ['removed the user x', '移除了用户 x'],
  password_set: ['set the password of x', '设置了 x 的密码'],
}

async function auditOf(entries: Partial<AuditEntry>[], language: 'en' | 'zh' = 'en') {
  const usual = { at: NOW, last_at: NOW, what: 'login' as const, who: 'vera', address: '10.0.0.8', subject: 'x', times: 1, sentence: '' }
  const shown = show(AuditList, {}, { api: { audit: () => Promise.resolve(entries.map((entry) => ({ ...usual, ...entry }))) }, cluster, language })
  await flushPromises()
  return shown.findAll('tbody tr').map((row) => row.findAll('td').map((cell) => cell.text()))
}

describe('the audit', () => {
  it.each(Object.entries(DEEDS))('tells %s in each language', async (what, [english, chinese]) => {
    const entry = { what: what as AuditEntry['what'] }
    expect((await auditOf([entry]))[0]?.[2]).toBe(english)
    expect((await auditOf([entry], 'zh'))[0]?.[2]).toBe(chinese)
  })

  it('shows how often, since when and from where', async () => {
    const failed = { what: 'login_failed' as const, who: '', at: NOW - 60, times: 57, address: 'other addresses' }
    expect(await auditOf([failed, { what: 'user_added', address: 'the command line' }])).toEqual([
      ['15 Nov 2023, 06:13', '–', 'a login failed (57 times since 15 Nov 2023, 06:12)', 'other addresses'],
      ['15 Nov 2023, 06:13', 'vera', 'added the user x', 'the command line'],
    ])
  })
})
