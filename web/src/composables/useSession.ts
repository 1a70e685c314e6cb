/** Who is logged in. The session itself is a cookie that scripts can't read; this only knows whose it is. */

import { computed, inject, type InjectionKey, readonly, type Ref, shallowRef } from 'vue'

import { type Api, ApiError, type User } from '@/api/client'

/** Why nobody is logged in any more: the session expired, or somebody ended it. */
export type Ending = 'expired' | 'ended'

export interface Session {
  /** The name of the logged-in user; null if nobody is, or if it is not known yet. */
  username: Readonly<Ref<string | null>>
  /** Whether to show buttons that change something: the panel refuses those to a viewer. */
  isAdmin: Readonly<Ref<boolean>>
  /** Whether a proxy logs users in: then there is no log-out. */
  isProxied: Readonly<Ref<boolean>>
  /** How far back an archive has records; 0 without an archive. */
  archiveDays: Readonly<Ref<number>>
  /** Set when a session ends without a log-out; null after the next login. */
  ending: Readonly<Ref<Ending | null>>
  /** Whether a view may open: false only if the panel says that nobody is logged in. */
  mayEnter: () => Promise<boolean>
  /** Read the user again: the panel refused something, so the role may have changed. */
  renew: () => Promise<void>
  logIn: (username: string, password: string) => Promise<void>
  logOut: () => Promise<void>
  /** Forget the user: the panel said that the session is over. */
  end: () => void
}

export const sessionKey: InjectionKey<Session> = Symbol('session')

/** A session over `api`, read when it is first needed. */
export function createSession(api: Pick<Api, 'me' | 'logIn' | 'logOut'>): Session {
  const user = shallowRef<User | null>(null)
  const ending = shallowRef<Ending | null>(null)

  let asking: Promise<boolean> | null = null

  /** One request, however many callers wait for it. */
  function mayEnter() {
    if (user.value !== null) return Promise.resolve(true)
    return (asking ??= ask().finally(() => { asking = null }))
  }

  async function ask() {
    try {
      const found = await api.me()
      // A browser with a wall screen's link is not logged in outside the kiosk view.
      if (found.role === null) return false
      user.value = found
      return true
    } catch (error) {
      // A panel that is away for a moment does not end the session: the view says what is wrong, and recovers.
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
