/** Whether the page is on a wall screen: without its frame, and enlarged. Opened with a wall screen's link, it also links nowhere else. */

import { computed, type ComputedRef } from 'vue'
import { useRoute } from 'vue-router'

export interface Kiosk {
  /** Shown without the frame: by a wall screen's link, or with ?kiosk=1 in the address. */
  isKiosk: ComputedRef<boolean>
  /** Opened with a wall screen's link: nothing leads to another view. */
  isBound: ComputedRef<boolean>
}

/** Read it from the page's address. */
export function useKiosk(): Kiosk {
  const route = useRoute()
  const isBound = computed(() => route.name === 'kiosk')
  return { isBound, isKiosk: computed(() => isBound.value || route.query['kiosk'] === '1') }
}
