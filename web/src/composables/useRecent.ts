/** One node's last hour, growing with each sample. */

import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'

import type { Api, RealtimeNode, RealtimeOne } from '@/api/client'
import { gapped } from '@/charts/gaps'
import { byMetric, hasValues } from '@/metrics'

export const HOUR_SECONDS = 3600

export type Recent = RealtimeOne['recent']

/** What an agent reports of itself. `sensor`: the source of the temperature; `limit` (°C): the kernel's limit. null if it reports none. */
export interface AgentFacts {
  version: string | null
  sensor: string | null
  limit: number | null
}

const NOTHING: Recent = { timestamp: [], ...byMetric(() => []) }

/**
 * The last hour of the node whose newest sample is `newest`. It is read from the panel once, and again whenever samples may have
 * been missed: when `restarts` changes, when `newest` jumps by more than one sample, and when `interval` (seconds) changes.
 */
export function useRecent(api: Pick<Api, 'realtimeOf'>, newest: Ref<RealtimeNode>, restarts: Ref<number>, interval: Ref<number>) {
  const recent = shallowRef<Recent>(NOTHING)
  /** The parts of the hour that are only known as 5-minute records. */
  const records = shallowRef<Recent>(NOTHING)
  const error = shallowRef<unknown>(null)
  const isLoading = shallowRef(true)
  const agent = shallowRef<AgentFacts>({ version: null, sensor: null, limit: null })
  let asking = new AbortController()

  async function read() {
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    try {
      const answer = await api.realtimeOf(newest.value.hostname, signal)
      if (signal.aborted) return
      // The newest sample may have come over the stream while the answer was on its way.
      recent.value = appended(answer.recent, newest.value)
      records.value = answer.records
      agent.value = { version: answer.agent_version, sensor: answer.sensor, limit: answer.cpu_temp_limit }
      error.value = null
    } catch (problem) {
      if (signal.aborted) return
      error.value = problem
    }
    isLoading.value = false
  }

  function grow(sample: RealtimeNode) {
    const last = recent.value.timestamp.at(-1)
    if (last !== undefined && sample.timestamp !== null && sample.timestamp > last + interval.value) void read()
    else recent.value = appended(recent.value, sample)
  }

  watch([restarts, interval], () => void read())
  watch(newest, grow)
  void read()
  onScopeDispose(() => {
    asking.abort()
  })

  return { recent, records, agent, error, isLoading, read }
}

/** `recent` with `sample` at its end, and without what is an hour older; the same object if it has the sample, or the sample has no values. */
export function appended(recent: Recent, sample: RealtimeNode): Recent {
  const { timestamp } = sample
  if (timestamp === null || !hasValues(sample) || timestamp <= (recent.timestamp.at(-1) ?? 0)) return recent
  const isKept = recent.timestamp.map((time) => time > timestamp - HOUR_SECONDS)
  const grown = <Value>(column: readonly Value[], value: Value) => [...column.filter((_, index) => isKept[index]), value]
  const columns = byMetric(({ name }) => grown<number | null>(recent[name], sample[name]))
  // A metric that is never null has a value here.
  return { timestamp: grown(recent.timestamp, timestamp), ...columns } as Recent
}

const RECORD_SECONDS = 300

/**
 * The entries of an hour's charts: at each sample, and every `interval` seconds of a record. `sources` and `records` have the index
 * of each entry's sample and record, or -1 if there is none.
 */
export function entriesOf(samples: readonly number[], recordTimes: readonly number[], interval: number) {
  const entries = new Map<number, [sample: number, record: number]>()
  recordTimes.forEach((time, index) => {
    for (let at = time - RECORD_SECONDS + interval; at <= time; at += interval) entries.set(at, [-1, index])
  })
  samples.forEach((time, index) => entries.set(time, [index, -1]))
  const sorted = [...entries].sort(([a], [b]) => a - b)
  const { times, sources: places } = gapped(sorted.map(([time]) => time), interval)
  const at = (part: 0 | 1) => places.map((place) => sorted[place]?.[1][part] ?? -1)
  return { times, sources: at(0), records: at(1) }
}
