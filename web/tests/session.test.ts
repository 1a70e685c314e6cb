import { describe, expect, it, vi } from 'vitest'

import { ApiError } from '@/api/client'
import { createSession } from '@/composables/useSession'
import { createPageRouter } from '@/router'

const user = { username: 'miniadmin', expires_at: 2_000_000_000, role: 'admin' as const, kind: 'session' as const }

function sessionWith(me: () => Promise<typeof user>) {
  const ask = vi.fn(me)
  const logIn = () => Promise.resolve({ ...user, token: 'x' })
  return { session: createSession({ me: ask, logIn, logOut: () => Promise.resolve({ status: 'ok' as const }) }), ask }
}

const nobody = () => Promise.reject(new ApiError(401, 'Log in first.'))

describe('a session', () => {
  it('is asked for once', async () => {
    const { session, ask } = sessionWith(() => Promise.resolve(user))
    expect(await session.mayEnter()).toBe(true)
    expect(await session.mayEnter()).toBe(true)
    expect(ask).toHaveBeenCalledOnce()
    expect(session.username.value).toBe('miniadmin')
  })

  it('is not there when the panel says so', async () => {
    expect(await sessionWith(nobody).session.mayEnter()).toBe(false)
  })

  it('is not ended by a panel that is away for a moment', async () => {
    expect(await sessionWith(() => Promise.reject(new ApiError(0, 'away'))).session.mayEnter()).toBe(true)
  })

  it('begins with a login and ends with a logout', async () => {
    const { session } = sessionWith(nobody)
    await session.logIn('miniadmin', 'secret')
    expect(await session.mayEnter()).toBe(true)
    await session.logOut()
    expect(session.username.value).toBeNull()
  })
})

describe('the door', () => {
  it('leads to the login, and remembers where one wanted to go', async () => {
    const router = createPageRouter(sessionWith(nobody).session)
    await router.push('/history/node01?period=7d')
    expect(router.currentRoute.value.name).toBe('login')
    expect(router.currentRoute.value.query).toEqual({ to: '/history/node01?period=7d' })
  })

  it('leads there too when a session ends on the way', async () => {
    const { session } = sessionWith(() => Promise.resolve(user))
    const router = createPageRouter(session)
    await router.push('/history/node01')
    expect(router.currentRoute.value.name).toBe('history')
    session.end()
    await vi.waitFor(() => {
      expect(router.currentRoute.value.query).toEqual({ to: '/history/node01' })
    })
  })
})
