/** The icon in the browser's tab shows the cluster's state: plain, with a red or an amber dot, or greyed. */

import { onScopeDispose, type Ref, watchEffect } from 'vue'

export type ClusterState = 'well' | 'warned' | 'down' | 'lost'

const ICONS: Record<ClusterState, string> = { well: '/favicon.svg', warned: '/favicon-warned.svg', down: '/favicon-down.svg', lost: '/favicon-lost.svg' }

/** Follow `state` until the scope is gone. */
export function useClusterIcon(state: Ref<ClusterState>) {
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  const show = (name: ClusterState) => {
    if (link) link.href = ICONS[name]
  }
  watchEffect(() => {
    show(state.value)
  })
  onScopeDispose(() => {
    show('well')
  })
}
