/** Who is logged in. The session itself is a cookie that scripts can't read; this only knows whose it is. */

import { computed, inject, type InjectionKey, readonly, type Ref, shallowRef } from 'vue'

import { type Api, ApiError, type User } from '@/api/client'

/** Why nobody is logged in any more: the time was over, or somebody ended the session. */
export type Ending = 'expired' | 'ended'

export interface Session {
  /** The name of who is logged in; null when nobody is, or it is not known yet. */
  username: Readonly<Ref<string | null>>
  /** Whether buttons that change something may be shown: to a viewer the panel refuses these. */
  isAdmin: Readonly<Ref<boolean>>
  /** Whether a proxy says who one is: then there is nothing to log out of. */
  isProxied: Readonly<Ref<boolean>>
  /** How far back an archive has records; 0 where there is none. */
  archiveDays: Readonly<Ref<number>>
  /** Set when a session ended that was not left by its user; null after the next login. */
  ending: Readonly<Ref<Ending | null>>
  /** Whether one may go on: false only when the panel says that nobody is logged in. */
  mayEnter: () => Promise<boolean>
  /** Ask again who one is: the panel refused something, so the role may be another by now. */
  renew: () => Promise<void>
  logIn: (username: string, password: string) => Promise<void>
  logOut: () => Promise<void>
  /** Forget who was logged in: the panel said the session is over. */
  end: () => void
}

export const sessionKey: InjectionKey<Session> = Symbol('session')

/** A session over `api`, asked for when it is first needed. */
export function createSession(api: Pick<Api, 'me' | 'logIn' | 'logOut'>): Session {
  const user = shallowRef<User | null>(null)
  const ending = shallowRef<Ending | null>(null)

  let asking: Promise<boolean> | null = null

  /** Asked once, however many want to know meanwhile. */
  function mayEnter() {
    if (user.value !== null) return Promise.resolve(true)
    return (asking ??= ask().finally(() => { asking = null }))
  }

  async function ask() {
    try {
      const found = await api.me()
      // A browser that holds a wall screen's link is nobody outside the kiosk view.
      if (found.role === null) return false
      user.value = found
      return true
    } catch (error) {
      // A panel that is away for a moment ends no session: the view then says what is wrong, and recovers.
      return !(error instanceof ApiError && error.status === 401)
    }
  }

  function end() {
    if (user.value === null) return
    const { expires_at } = user.value
    ending.value = expires_at !== null && expires_at <= Date.now() / 1000 ? 'expired' : 'ended'
    user.value = null
  }

  return {
    username: computed(() => user.value?.username ?? null),
    isAdmin: computed(() => user.value?.role === 'admin'),
    isProxied: computed(() => user.value?.kind === 'proxy'),
    archiveDays: computed(() => user.value?.archive_days ?? 0),
    ending: readonly(ending),
    mayEnter,
    renew: async () => {
      const found = await api.me().catch(() => null)
      if (found?.role === null) end()
      else if (found !== null) user.value = found
    },
    logIn: async (name, password) => {
      await api.logIn(name, password)
      ending.value = null
      await mayEnter()
    },
    logOut: async () => {
      await api.logOut()
      user.value = null
    },
    end,
  }
}

/** The session of this page. */
export function useSession(): Session {
  const session = inject(sessionKey)
  if (!session) throw new Error('no session was provided')
  return session
}
