/** The cluster live, once for the whole page: the frame's title and the views read the same stream. */

import { computed, inject, type InjectionKey } from 'vue'

import type { Api } from '@/api/client'

import { summaryOf } from './clusterSummary'
import { useTrends } from './trends'
import { useFindings } from './useFindings'
import { useRealtime } from './useRealtime'

/** Nodes, their summary and its last minutes. Runs until the calling scope (the frame) is gone. */
export function createCluster(api: Pick<Api, 'openStream' | 'realtime' | 'trend' | 'findings'>) {
  const realtime = useRealtime(api)
  const summary = computed(() => summaryOf(realtime.nodes.value))
  return { ...realtime, ...useFindings(api, realtime), summary, trends: useTrends(api, summary, realtime.heardTime) }
}

export type Cluster = ReturnType<typeof createCluster>

export const clusterKey: InjectionKey<Cluster> = Symbol('cluster')

/** The cluster that the surrounding frame provides. */
export function useCluster(): Cluster {
  const cluster = inject(clusterKey)
  if (!cluster) throw new Error('no cluster was provided')
  return cluster
}
