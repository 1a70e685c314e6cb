/** The requested alerts, open and past, and the one that the address names. */

import { computed, onScopeDispose, type Ref, shallowRef, watch } from 'vue'

import { foldAlerts } from '@/alerts/fold'
import { type Alert, type Alerts, type AlertsAsked, ApiError } from '@/api/client'
import { between, type When } from '@/history/when'
import { expand, NodeSetError } from '@/nodeset'

import { useApi } from './useApi'
import { useCluster } from './useCluster'
import { useQueryText, useQueryValue } from './useQueryValue'

export const STATE_CHOICES = ['all', 'open', 'closed'] as const

/** `id`: the alert that is looked at. The list is read again whenever findings change: something began, ended or was acknowledged. */
export function useAlertList(when: Ref<When>, id: Ref<string | undefined>) {
  const api = useApi()
  const { findings, panelTime } = useCluster()
  const state = useQueryValue('state', STATE_CHOICES, 'all')
  const rule = useQueryText('rule')
  const nodes = useQueryText('nodes')
  const answer = shallowRef<Alerts | null>(null)
  const named = shallowRef<Alert | null>(null)
  const isUnknown = shallowRef(false)
  const error = shallowRef<unknown>(null)
  let asking = new AbortController()

  const isBadSet = computed(() => {
    try {
      return nodes.value !== '' && expand(nodes.value).length === 0
    } catch (problem) {
      if (problem instanceof NodeSetError) return true
      throw problem
    }
  })

  async function read() {
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    if (isBadSet.value) return
    const { from, to } = between(when.value, panelTime.value ?? Date.now() / 1000)
    const asked: AlertsAsked = { nodes: nodes.value, rule: rule.value, state: state.value === 'all' ? '' : state.value, from, to }
    try {
      const [found, one] = await Promise.all([api.alerts(asked, signal), id.value === undefined ? null : readOne(id.value, signal)])
      if (signal.aborted) return
      answer.value = found
      named.value = one
      isUnknown.value = id.value !== undefined && one === null
      error.value = null
    } catch (problem) {
      if (!signal.aborted) error.value = problem
    }
  }

  async function readOne(wanted: string, signal: AbortSignal): Promise<Alert | null> {
    return api.alert(wanted, signal).catch((problem: unknown) => {
      if (problem instanceof ApiError && problem.status === 404) return null
      throw problem
    })
  }

  watch([() => JSON.stringify(when.value), id, state, rule, nodes, findings], () => void read(), { immediate: true })
  onScopeDispose(() => {
    asking.abort()
  })

  const groups = computed(() => foldAlerts(answer.value?.alerts ?? []))
  /** The line with the address's alert; a separate one if the filtered list lacks it. */
  const chosen = computed(() => {
    const { value: one } = named
    if (one === null) return null
    return groups.value.find(({ ids }) => ids.includes(one.id)) ?? foldAlerts([one])[0] ?? null
  })
  return { state, rule, nodes, answer, groups, chosen, isUnknown, isBadSet, error, read }
}
