/** Logs a wall screen in, with the secret in its link or with the cookie that this has set before. */

import { computed, onScopeDispose, shallowRef } from 'vue'

import { type Api, ApiError, createApi } from '@/api/client'

/** The page itself retries while the panel is away: nobody is at a wall screen to do it. */
export const RETRY_SECONDS = 5

/** A browser keeps no cookie longer than 400 days, but a link is valid for years. So it is tried once more, but not in a loop. */
export const REOPEN_SECONDS = 60

/** `closed`: the panel does not know the link, or no longer; this is final. */
export type DoorState = 'opening' | 'open' | 'closed'

/**
 * Log in with `secret`, or, if it is null, with this browser's cookie. The returned `api`, made by `connect`, is the wall
 * screen's: if it finds that something is over, that is the screen's link and not a session.
 */
export function useKioskDoor(secret: string | null, connect: (onClosed: () => void) => Api = createApi) {
  const state = shallowRef<DoorState>('opening')
  const problem = shallowRef<unknown>(null)
  let retry: ReturnType<typeof setTimeout> | undefined
  let openedAt = 0

  const api = connect(() => {
    if (state.value !== 'open') return
    if (secret !== null && Date.now() / 1000 - openedAt > REOPEN_SECONDS) {
      state.value = 'opening'
      void enter()
    } else {
      state.value = 'closed'
    }
  })

  async function enter() {
    try {
      await (secret === null ? api.me() : api.openKiosk(secret))
      openedAt = Date.now() / 1000
      problem.value = null
      state.value = 'open'
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 400)) {
        state.value = 'closed'
        return
      }
      problem.value = error
      retry = setTimeout(() => void enter(), RETRY_SECONDS * 1000)
    }
  }

  void enter()
  onScopeDispose(() => {
    clearTimeout(retry)
  })
  return { api, state, /** Why it takes long; null while nothing is wrong. */ problem: computed(() => (state.value === 'opening' ? problem.value : null)) }
}
