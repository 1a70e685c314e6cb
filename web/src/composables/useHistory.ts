/** Records of one node, a few or a set over a time, read again whenever a new record appears. */

import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'

import type { Api } from '@/api/client'
import { plotCluster } from '@/history/cluster'
import { type HistoryPlot, plotOne, plotSeveral, plotSpread } from '@/history/plot'
import type { Target } from '@/history/target'
import { isPeriod, type When } from '@/history/when'

export const RECORD_SECONDS = 300
/** A record is shown once its time has passed. Nodes send their samples up to 4 s apart, so the page waits a little longer for the last. */
export const RECORD_SHOWN_AFTER_SECONDS = 8

type HistoryApi = Pick<Api, 'history' | 'historyOfSet' | 'spread' | 'cluster'>

/** How long until an archive that did not answer is asked again. */
const UNREAD_AGAIN_SECONDS = 30

/** More could not be distinguished on a usual screen. */
const CLUSTER_COLUMNS = 800

/**
 * The records of `target` (nothing is read while it is null) over `when`. `panelTime` in Unix seconds, null while unknown.
 * With `hasLines` the whole cluster is read like any other set.
 */
export function useHistory(api: HistoryApi, target: Ref<Target | null>, when: Ref<When>, panelTime: Ref<number | null>, hasLines: Readonly<Ref<boolean>> = shallowRef(false)) {
  const plot = shallowRef<HistoryPlot | null>(null)
  const error = shallowRef<unknown>(null)
  const isLoading = shallowRef(false)
  let asking = new AbortController()
  let renewal: ReturnType<typeof setTimeout> | undefined

  async function read() {
    asking.abort()
    clearTimeout(renewal)
    if (target.value === null) return
    asking = new AbortController()
    const { signal } = asking
    isLoading.value = true
    let now: number | null = null
    let isWhole = true
    try {
      const answer = await ask(api, target.value, when.value, hasLines.value, signal)
      if (signal.aborted) return
      plot.value = answer
      now = answer.to
      isWhole = answer.unreadUntil === undefined
      error.value = null
    } catch (problem) {
      if (signal.aborted) return
      error.value = problem
    }
    isLoading.value = false
    if (!isWhole) renewal = setTimeout(() => void read(), UNREAD_AGAIN_SECONDS * 1000)
    // A past range gets no new record. The viewer's clock may be off, so the panel's decides when the next record is there.
    else if (isPeriod(when.value)) renewal = setTimeout(() => void read(), secondsToNextRecord(panelTime.value ?? now) * 1000)
  }

  watch([() => target.value?.hostnames, () => target.value?.isCluster], () => {
    plot.value = null
    error.value = null
  })
  watch([() => target.value?.hostnames, () => target.value?.isCluster, () => JSON.stringify(when.value), () => target.value?.isCluster === true && hasLines.value], () => void read(), { immediate: true })
  onScopeDispose(() => {
    asking.abort()
    clearTimeout(renewal)
  })

  /** What is shown, but not rounded for charts; null if nothing is. */
  async function readExact(): Promise<HistoryPlot | null> {
    if (target.value === null || plot.value === null || !['one', 'several'].includes(plot.value.kind)) return plot.value
    const { from, to } = plot.value
    return ask(api, target.value, { from, to }, hasLines.value, asking.signal, true)
  }

  return { plot, error, isLoading, read, readExact }
}

async function ask(api: HistoryApi, { kind, nodes, hostnames, title, isCluster }: Target, when: When, hasLines: boolean, signal: AbortSignal, isExact = false): Promise<HistoryPlot> {
  if (kind === 'one') return plotOne(await api.history(hostnames, when, signal, isExact))
  if (isCluster && kind === 'set' && !hasLines) return plotCluster(await api.cluster(when, CLUSTER_COLUMNS, signal), title, nameById(nodes))
  if (kind === 'set') return plotSpread(await api.spread(hostnames, when, signal), title, nodes.filter(({ state }) => state === 'never').length)
  const names = new Map(nodes.map(({ hostname, name }) => [hostname, name]))
  return plotSeveral(await api.historyOfSet(hostnames, when, signal, isExact), (hostname) => names.get(hostname) ?? hostname)
}

function nameById(nodes: Target['nodes']): (id: number) => string {
  const names = new Map(nodes.map(({ id, name }) => [id, name]))
  return (id) => names.get(id) ?? `#${String(id)}`
}

/** How long until the next record can be read, at the panel's time `now` (Unix seconds); the length of a record if that is unknown. */
export function secondsToNextRecord(now: number | null): number {
  if (now === null) return RECORD_SECONDS
  const passed = (now - RECORD_SHOWN_AFTER_SECONDS) % RECORD_SECONDS
  return RECORD_SECONDS - passed
}

/** When the first record of a node appears whose samples began at `now`: the end of the current five minutes. */
export function nextRecordAt(now: number): number {
  return (Math.floor(now / RECORD_SECONDS) + 1) * RECORD_SECONDS
}
