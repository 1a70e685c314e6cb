/** Links between views, which keep what is chosen. */

import { computed, type Ref } from 'vue'
import { useRoute } from 'vue-router'

import type { RealtimeNode } from '@/api/client'
import { pastFrom, pastOf, presentFrom, presentOf } from '@/router/links'

/** `nodes`: those of the cluster. */
export function useLinks(nodes: Ref<readonly RealtimeNode[]>) {
  const route = useRoute()
  const isNode = (text: string) => nodes.value.some(({ id, name, hostname }) => hostname === text || name === text || String(id) === text)
  return {
    present: computed(() => presentFrom(route, isNode)),
    past: computed(() => pastFrom(route, isNode)),
    presentOf: (hostname: string | undefined) => presentOf(route, hostname),
    pastOf: (hostname: string) => pastOf(route, hostname),
  }
}
