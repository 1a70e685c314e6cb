/** The times without samples of each node, with the panel's reason for each. */

import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'

import type { Api, NodeGaps } from '@/api/client'
import type { HistoryPlot } from '@/history/plot'
import type { Target } from '@/history/target'

/**
 * Read whenever `plot` is, for as many nodes as have their own lines. On an error the charts are shown without reasons.
 */
export function useGaps(api: Pick<Api, 'gaps'>, target: Ref<Target | null>, plot: Ref<HistoryPlot | null>): Readonly<Ref<readonly NodeGaps[]>> {
  const gaps = shallowRef<readonly NodeGaps[]>([])
  let asking = new AbortController()

  async function read() {
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    if (plot.value === null || target.value === null || target.value.kind === 'set') {
      gaps.value = []
      return
    }
    const { from, to } = plot.value
    const answer = await api.gaps(target.value.hostnames, { from, to }, signal).catch(() => null)
    if (!signal.aborted) gaps.value = answer?.nodes ?? []
  }

  watch(plot, () => void read(), { immediate: true })
  onScopeDispose(() => {
    asking.abort()
  })
  return gaps
}
