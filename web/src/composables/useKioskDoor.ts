/** A wall screen comes in: by the secret in its link, or by the cookie that this has set before. */

import { computed, onScopeDispose, shallowRef } from 'vue'

import { type Api, ApiError, createApi } from '@/api/client'

/** A panel that is away is asked again: nobody stands at a wall screen to do it. */
export const RETRY_SECONDS = 5

/** A browser keeps no cookie longer than 400 days, a link is good for years: it is tried once more, but not in a circle. */
export const REOPEN_SECONDS = 60

/** `closed`: the panel knows no such link, or no longer; that is final. */
export type DoorState = 'opening' | 'open' | 'closed'

/**
 * Come in by `secret`; null: as this browser came in before. The `api` that comes back is that of the wall screen: what it
 * finds to be over is the screen's link, and no session. `connect` makes it.
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
  return { api, state, /** Why it takes so long; null while nothing is wrong. */ problem: computed(() => (state.value === 'opening' ? problem.value : null)) }
}
