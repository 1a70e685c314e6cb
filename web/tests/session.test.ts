import { describe, expect, it, vi } from 'vitest'

import { ApiError, type User } from '@/api/client'
import { createSession } from '@/composables/useSession'
import { createPageRouter } from '@/router'
import { createLoader } from '@/router/loader'

const user = { username: 'miniadmin', expires_at: 2_000_000_000, role: 'admin' as const, kind: 'session' as const }

function sessionWith(me: () => Promise<User>) {
  const ask = vi.fn(me)
  const logIn = () => Promise.resolve({ ...user, token: 'x' })
  return { session: createSession({ me: ask, logIn, logOut: () => Promise.resolve({ status: 'ok' as const }) }), ask }
}

const nobody = () => Promise.reject(new ApiError(401, 'Log in first.'))

describe('a session', () => {
  it('is read once', async () => {
    const { session, ask } = sessionWith(() => Promise.resolve(user))
    expect(await session.mayEnter()).toBe(true)
    expect(await session.mayEnter()).toBe(true)
    expect(ask).toHaveBeenCalledOnce()
    expect(session.username.value).toBe('miniadmin')
  })

  it('is missing if the panel says so', async () => {
    expect(await sessionWith(nobody).session.mayEnter()).toBe(false)
  })

  it('is not ended by a panel that is away for a moment', async () => {
    expect(await sessionWith(() => Promise.reject(new ApiError(0, 'away'))).session.mayEnter()).toBe(true)
  })

  it('begins with a login and ends with a logout', async () => {
    const { session, ask } = sessionWith(nobody)
    ask.mockImplementation(() => Promise.resolve(user))
    await session.logIn('miniadmin', 'secret')
    expect(await session.mayEnter()).toBe(true)
    await session.logOut()
    expect(session.username.value).toBeNull()
  })
})

describe('a session that ends elsewhere', () => {
  const NOW = Date.now() / 1000

  async function entered(expires_at: number | null) {
    const made = sessionWith(() => Promise.resolve({ ...user, expires_at }))
    await made.session.mayEnter()
    return made
  }

  it.each([
    [NOW + 3600, 'ended'],
    [NOW - 1, 'expired'],
    [null, 'ended'],
  ])('and was good until %s, is told as %s, until the next login', async (expires_at, ending) => {
    const { session } = await entered(expires_at)
    session.end()
    expect([session.username.value, session.ending.value]).toEqual([null, ending])
    await session.logIn('miniadmin', 'secret')
    expect(session.ending.value).toBeNull()
  })

  it('is not reported to a user who logged out, or was never logged in', async () => {
    const { session } = await entered(NOW + 3600)
    await session.logOut()
    session.end()
    expect(session.ending.value).toBeNull()
  })

  it('is over too if the browser has a wall screen’s link, which opens only the kiosk view', async () => {
    const { session, ask } = await entered(NOW + 3600)
    ask.mockResolvedValue({ username: 'hall', expires_at: NOW, role: null, kind: 'kiosk' })
    await session.renew()
    expect(session.ending.value).toBe('ended')
    expect(await session.mayEnter()).toBe(false)
  })

  it('shows admins’ actions only as long as the user is an admin', async () => {
    const { session, ask } = await entered(NOW + 3600)
    expect(session.isAdmin.value).toBe(true)
    ask.mockResolvedValue({ ...user, role: 'viewer' })
    await session.renew()
    expect([session.isAdmin.value, session.username.value]).toEqual([false, 'miniadmin'])
  })
})

describe('the guard of the routes', () => {
  it('leads to the login, and remembers the wanted page', async () => {
    const router = createPageRouter(sessionWith(nobody).session, createLoader())
    await router.push('/history/node01?period=7d')
    expect(router.currentRoute.value.name).toBe('login')
    expect(router.currentRoute.value.query).toEqual({ to: '/history/node01?period=7d' })
  })

  it('lets a wall screen into its own view without a login', async () => {
    const router = createPageRouter(sessionWith(nobody).session, createLoader())
    await router.push('/kiosk?by=temperature#mpk_x')
    expect(router.currentRoute.value.name).toBe('kiosk')
  })

  it('leads there too when a session ends on the way', async () => {
    const { session } = sessionWith(() => Promise.resolve(user))
    const router = createPageRouter(session, createLoader())
    await router.push('/history/node01')
    expect(router.currentRoute.value.name).toBe('history')
    session.end()
    await vi.waitFor(() => {
      expect(router.currentRoute.value.query).toEqual({ to: '/history/node01' })
    })
  })
})
