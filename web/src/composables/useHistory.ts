/** One node's records of a period, read again as each new record appears. */

import { computed, onScopeDispose, type Ref, shallowRef, watch } from 'vue'

import type { Api, History, Period } from '@/api/client'

import { plotOf } from './historyPlot'

export const RECORD_SECONDS = 300
/** A record is shown once its time has passed. Nodes send their samples up to 4 s apart, so wait a little longer for the last ones. */
export const RECORD_SHOWN_AFTER_SECONDS = 8

/** The records of `node` (a hostname; nothing is read while it is null) over `period`. */
export function useHistory(api: Pick<Api, 'history'>, node: Ref<string | null>, period: Ref<Period>) {
  const history = shallowRef<History | null>(null)
  const error = shallowRef<unknown>(null)
  const isLoading = shallowRef(false)
  let asking = new AbortController()
  let renewal: ReturnType<typeof setTimeout> | undefined

  async function read() {
    asking.abort()
    clearTimeout(renewal)
    if (node.value === null) return
    asking = new AbortController()
    const { signal } = asking
    isLoading.value = true
    try {
      const answer = await api.history(node.value, period.value, signal)
      if (signal.aborted) return
      history.value = answer
      error.value = null
    } catch (problem) {
      if (signal.aborted) return
      error.value = problem
    }
    isLoading.value = false
    renewal = setTimeout(() => void read(), secondsToNextRecord(Date.now() / 1000) * 1000)
  }

  watch(node, () => {
    history.value = null
    error.value = null
  })
  watch([node, period], () => void read(), { immediate: true })
  onScopeDispose(() => {
    asking.abort()
    clearTimeout(renewal)
  })

  return { history, plot: computed(() => history.value && plotOf(history.value)), error, isLoading, read }
}

/** How long until the next record can be read, at the viewer's time `now` (Unix seconds). */
export function secondsToNextRecord(now: number): number {
  const passed = (now - RECORD_SHOWN_AFTER_SECONDS) % RECORD_SECONDS
  return RECORD_SECONDS - passed
}

/** When the first record of a node appears whose samples come in since `now`: the end of the five minutes that run. */
export function nextRecordAt(now: number): number {
  return (Math.floor(now / RECORD_SECONDS) + 1) * RECORD_SECONDS
}
