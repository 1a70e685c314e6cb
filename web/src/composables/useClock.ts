/** The viewer's clock, ticking. */

import { onScopeDispose, readonly, type Ref, shallowRef } from 'vue'

/** The time in Unix seconds with a fraction, updated every second. */
export function useClock(): Readonly<Ref<number>> {
  const now = shallowRef(Date.now() / 1000)
  const timer = setInterval(() => {
    now.value = Date.now() / 1000
  }, 1000)
  onScopeDispose(() => {
    clearInterval(timer)
  })
  return readonly(now)
}
