/** The current silences, and how to end one. */

import { onScopeDispose, shallowRef, watch } from 'vue'

import type { Silence } from '@/api/client'

import { useApi } from './useApi'
import { useCluster } from './useCluster'

/** Read at once, and again whenever findings change: a silence that begins or ends changes them. */
export function useSilences() {
  const api = useApi()
  const { findings, renewFindings } = useCluster()
  const silences = shallowRef<readonly Silence[]>([])
  const error = shallowRef<unknown>(null)
  let asking = new AbortController()

  async function read() {
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    try {
      const answer = await api.silences(signal)
      if (signal.aborted) return
      silences.value = answer
      error.value = null
    } catch (problem) {
      if (!signal.aborted) error.value = problem
    }
  }

  async function end({ id }: Silence) {
    try {
      await api.endSilence(id)
      await Promise.all([read(), renewFindings()])
    } catch (problem) {
      error.value = problem
    }
  }

  watch(findings, () => void read(), { immediate: true })
  onScopeDispose(() => {
    asking.abort()
  })
  return { silences, error, read, end }
}
