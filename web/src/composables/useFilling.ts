/** The filling records of a few nodes so far, read again every 5 seconds. */

import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'

import type { Api, Node } from '@/api/client'
import { type Filling, fillingOf } from '@/history/filling'

const AGAIN_SECONDS = 5

/** `until`: when they are full (Unix seconds). Nothing is read while `nodes` is empty. On an error the last values stay. */
export function useFilling(api: Pick<Api, 'realtimeOf'>, nodes: Ref<readonly Node[]>, until: Ref<number>) {
  const fillings = shallowRef<readonly { name: string; filling: Filling }[]>([])
  let asking = new AbortController()
  let again: ReturnType<typeof setTimeout> | undefined

  async function read() {
    asking.abort()
    clearTimeout(again)
    asking = new AbortController()
    const { signal } = asking
    const asked = nodes.value
    if (asked.length === 0) return
    const answers = await Promise.all(asked.map(({ hostname }) => api.realtimeOf(hostname, signal).catch(() => null)))
    if (signal.aborted) return
    fillings.value = asked.flatMap(({ name }, index) => {
      const answer = answers[index]
      return answer ? [{ name, filling: fillingOf(answer, until.value) }] : []
    })
    again = setTimeout(() => void read(), AGAIN_SECONDS * 1000)
  }

  watch(() => nodes.value.map(({ hostname }) => hostname).join(), () => void read(), { immediate: true })
  onScopeDispose(() => {
    asking.abort()
    clearTimeout(again)
  })
  return fillings
}
