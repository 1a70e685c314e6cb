/** The alerts of the nodes and the time that the charts show. */

import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'

import { type AlertGroup, foldAlerts } from '@/alerts/fold'
import type { Api } from '@/api/client'
import type { HistoryPlot } from '@/history/plot'
import type { Target } from '@/history/target'

import type { Cluster } from './useCluster'

/** Read whenever `plot` is, and when an alert begins or ends. On an error the charts are shown without marks. */
export function useAlertMarks(
  api: Pick<Api, 'alerts'>,
  target: Ref<Target | null>,
  plot: Ref<HistoryPlot | null>,
  { findings, wasEver }: Pick<Cluster, 'findings' | 'wasEver'>,
): Readonly<Ref<readonly AlertGroup[]>> {
  const marks = shallowRef<readonly AlertGroup[]>([])
  let asking = new AbortController()

  async function read() {
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    if (plot.value === null || target.value === null || !wasEver.value) {
      marks.value = []
      return
    }
    const { from, to } = plot.value
    const answer = await api.alerts({ nodes: target.value.hostnames, from, to }, signal).catch(() => null)
    if (!signal.aborted) marks.value = foldAlerts(answer?.alerts ?? [])
  }

  watch([plot, findings, wasEver], () => void read(), { immediate: true })
  onScopeDispose(() => {
    asking.abort()
  })
  return marks
}
