/** The nodes whose past is requested: those that the address names, or those that a search finds now. */

import { computed, type Ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

import type { Node } from '@/api/client'
import { everyNode, isProblem, targetOf } from '@/history/target'
import { fold } from '@/nodeset'
import { namesOf, type Search, searchOf } from '@/search/search'
import { MOST_CHARACTERS } from '@/search/words'

import type { Cluster } from './useCluster'
import { useGroups } from './useGroups'
import { STATE_FILTERS } from './useNodeList'
import { useQueryText, useQueryValue } from './useQueryValue'

/** Characters that no node set can have. */
const OF_A_SEARCH: ReadonlySet<string> = new Set<Search['troubles'][number]['trouble']>(['measure', 'number', 'unit', 'group'])

/**
 * `wanted`: what the address has for nodes; `nodes`: all nodes. A search in the address (`q`, `state`) without nodes is resolved
 * once; then the address names the nodes, so that everybody who opens it sees the same.
 */
export function useAsked(wanted: Ref<string | undefined>, nodes: Ref<readonly Node[] | null>, cluster: Pick<Cluster, 'nodes' | 'isKnown'>) {
  const route = useRoute()
  const router = useRouter()
  const { nodesOf } = useGroups()
  const text = useQueryText('q')
  const state = useQueryValue('state', STATE_FILTERS, 'all')

  const called = computed(() => namesOf(nodes.value ?? []))

  /** Without names and without a search, all nodes are meant. */
  const asked = computed(() => {
    if (nodes.value === null) return null
    if (wanted.value !== undefined) return targetOf(wanted.value, nodes.value, nodesOf)
    return text.value.trim() === '' && state.value === 'all' ? everyNode(nodes.value) : null
  })
  const target = computed(() => (asked.value && !isProblem(asked.value) ? asked.value : null))
  const problem = computed(() => (asked.value && isProblem(asked.value) ? asked.value : null))

  /** A search that is still to be resolved. In place of nodes there may also be conditions, valid or not. */
  const search = computed(() => {
    if (nodes.value === null) return null
    if (wanted.value === undefined) return text.value.trim() !== '' || state.value !== 'all' ? text.value : null
    if (!problem.value) return null
    const { isLive, troubles } = searchOf(wanted.value, called.value, nodesOf)
    return isLive || troubles.some(({ trouble }) => OF_A_SEARCH.has(trouble)) ? wanted.value : null
  })
  const found = computed(() => {
    if (search.value === null || !cluster.isKnown.value) return null
    const { means, troubles, isLive } = searchOf(search.value, namesOf(cluster.nodes.value), nodesOf)
    const inState = wanted.value === undefined ? state.value : 'all'
    const meant = cluster.nodes.value.filter((node) => means(node) && (inState === 'all' || node.state === inState))
    // A viewer must not take the whole cluster's past for that of a mistyped name.
    const isUnderstood = troubles.every(({ trouble }) => trouble === 'nobody')
    const set = isUnderstood ? setOf(search.value, meant.map(({ hostname }) => hostname)) : ''
    return { text: search.value, nodes: meant, troubles, isLive: isLive || inState !== 'all', set }
  })

  /** As it was typed, if that means the same; empty for no nodes; null if it would be too long for an address. */
  function setOf(typed: string, hostnames: readonly string[]): string | null {
    const named = targetOf(typed.trim(), nodes.value ?? [], nodesOf)
    const meant = new Set(hostnames)
    const isSame = !isProblem(named) && named.nodes.length === hostnames.length && named.nodes.every(({ hostname }) => meant.has(hostname))
    const set = isSame ? typed.trim() : fold(hostnames)
    return set.length <= MOST_CHARACTERS ? set : null
  }

  watch(() => found.value?.set, (set) => {
    if (!set || !found.value) return
    void router.replace({ name: 'history', params: { node: set }, query: { ...route.query, q: found.value.text || undefined } })
  }, { immediate: true })

  /** The search whose nodes are shown, if others may match it by now. */
  const resolved = computed(() => {
    if (!target.value || target.value.kind === 'one' || !nodes.value) return null
    const isLive = state.value !== 'all' || (text.value !== '' && searchOf(text.value, called.value, nodesOf).isLive)
    return isLive ? [text.value, state.value === 'all' ? '' : state.value].filter(Boolean).join(' ') : null
  })
  return { target, problem, found, search, resolved }
}
