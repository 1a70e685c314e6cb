/** The viewer's clock, ticking. */

import { onScopeDispose, readonly, type Ref, shallowRef } from 'vue'

/** Now in Unix seconds with its fraction, renewed every second. */
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
