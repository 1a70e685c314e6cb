/** One node's last hour at 5 s, growing with each sample. */

import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'

import type { Api, RealtimeNode, RealtimeOne } from '@/api/client'

export const SAMPLE_SECONDS = 5
export const HOUR_SECONDS = 3600

export type Recent = RealtimeOne['recent']

const NOTHING: Recent = { timestamp: [], cpu_percent: [], memory_used: [], cpu_temp: [] }

/**
 * The last hour of the node whose newest sample is `newest`. It is read from the panel once, and again whenever samples may have
 * been missed: when `restarts` changes, and when `newest` jumps by more than one sample.
 */
export function useRecent(api: Pick<Api, 'realtimeOf'>, newest: Ref<RealtimeNode>, restarts: Ref<number>) {
  const recent = shallowRef<Recent>(NOTHING)
  const error = shallowRef<unknown>(null)
  const isLoading = shallowRef(true)
  let asking = new AbortController()

  async function read() {
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    try {
      const answer = await api.realtimeOf(newest.value.hostname, signal)
      if (signal.aborted) return
      // The newest sample may have come by the stream while the answer was under way.
      recent.value = appended(answer.recent, newest.value)
      error.value = null
    } catch (problem) {
      if (signal.aborted) return
      error.value = problem
    }
    isLoading.value = false
  }

  function grow(sample: RealtimeNode) {
    const last = recent.value.timestamp.at(-1)
    if (last !== undefined && sample.timestamp !== null && sample.timestamp > last + SAMPLE_SECONDS) void read()
    else recent.value = appended(recent.value, sample)
  }

  watch(restarts, () => void read())
  watch(newest, grow)
  void read()
  onScopeDispose(() => {
    asking.abort()
  })

  return { recent, error, isLoading, read }
}

/** `recent` with `sample` at its end and without what is an hour older; the same object when the sample is in it, or has no values. */
export function appended(recent: Recent, sample: RealtimeNode): Recent {
  const { timestamp, cpu_percent, memory_used, cpu_temp } = sample
  if (timestamp === null || cpu_percent === null || memory_used === null) return recent
  if (timestamp <= (recent.timestamp.at(-1) ?? 0)) return recent
  const isKept = recent.timestamp.map((time) => time > timestamp - HOUR_SECONDS)
  const kept = <T>(column: T[]) => column.filter((_, index) => isKept[index])
  return {
    timestamp: [...kept(recent.timestamp), timestamp],
    cpu_percent: [...kept(recent.cpu_percent), cpu_percent],
    memory_used: [...kept(recent.memory_used), memory_used],
    cpu_temp: [...kept(recent.cpu_temp), cpu_temp],
  }
}
