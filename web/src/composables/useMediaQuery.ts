/** Whether a media query holds now. */

import { onScopeDispose, readonly, type Ref, shallowRef } from 'vue'

/** Follows `query`, such as "(max-width: 640px)". */
export function useMediaQuery(query: string): Readonly<Ref<boolean>> {
  const list = matchMedia(query)
  const holds = shallowRef(list.matches)
  const follow = () => {
    holds.value = list.matches
  }
  list.addEventListener('change', follow)
  onScopeDispose(() => {
    list.removeEventListener('change', follow)
  })
  return readonly(holds)
}
