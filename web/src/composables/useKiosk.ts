/** Whether the page is on a wall screen: without its frame, enlarged; by a link of its own it also leads nowhere else. */

import { computed, type ComputedRef } from 'vue'
import { useRoute } from 'vue-router'

export interface Kiosk {
  /** Shown without the frame: by a wall screen's link, or with ?kiosk=1 in the address. */
  isKiosk: ComputedRef<boolean>
  /** Come in by a wall screen's link: what would lead to another view is not there. */
  isBound: ComputedRef<boolean>
}

/** What the address of the page says of it. */
export function useKiosk(): Kiosk {
  const route = useRoute()
  const isBound = computed(() => route.name === 'kiosk')
  return { isBound, isKiosk: computed(() => isBound.value || route.query['kiosk'] === '1') }
}
