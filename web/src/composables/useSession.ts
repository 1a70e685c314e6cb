/** Who is logged in. The session itself is a cookie that scripts can't read; this only knows whose it is. */

import { inject, type InjectionKey, readonly, type Ref, shallowRef } from 'vue'

import { type Api, ApiError } from '@/api/client'

export interface Session {
  /** The name of who is logged in; null when nobody is, or it is not known yet. */
  username: Readonly<Ref<string | null>>
  /** Whether one may go on: false only when the panel says that nobody is logged in. */
  mayEnter: () => Promise<boolean>
  logIn: (username: string, password: string) => Promise<void>
  logOut: () => Promise<void>
  /** Forget who was logged in: the panel said the session is over. */
  end: () => void
}

export const sessionKey: InjectionKey<Session> = Symbol('session')

/** A session over `api`, asked for when it is first needed. */
export function createSession(api: Pick<Api, 'me' | 'logIn' | 'logOut'>): Session {
  const username = shallowRef<string | null>(null)

  async function mayEnter() {
    if (username.value !== null) return true
    try {
      username.value = (await api.me()).username
      return true
    } catch (error) {
      // A panel that is away for a moment ends no session: the view then says what is wrong, and recovers.
      return !(error instanceof ApiError && error.status === 401)
    }
  }

  return {
    username: readonly(username),
    mayEnter,
    logIn: async (name, password) => {
      username.value = (await api.logIn(name, password)).username
    },
    logOut: async () => {
      await api.logOut()
      username.value = null
    },
    end: () => {
      username.value = null
    },
  }
}

/** The session of this page. */
export function useSession(): Session {
  const session = inject(sessionKey)
  if (!session) throw new Error('no session was provided')
  return session
}
