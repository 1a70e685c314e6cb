/** Whose past is asked for: the nodes that the address names, or those that a search means at this moment. */

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

/** What no node set can have. */
const OF_A_SEARCH: ReadonlySet<string> = new Set<Search['troubles'][number]['trouble']>(['measure', 'number', 'unit', 'group'])

/**
 * `wanted` is the nodes' place in the address, `nodes` are all there are. A search in the address (`q`, `state`) without nodes is
 * resolved once: then the address names the nodes, so that whoever opens it sees the same.
 */
export function useAsked(wanted: Ref<string | undefined>, nodes: Ref<readonly Node[] | null>, cluster: Pick<Cluster, 'nodes' | 'isKnown'>) {
  const route = useRoute()
  const router = useRouter()
  const { nodesOf } = useGroups()
  const text = useQueryText('q')
  const state = useQueryValue('state', STATE_FILTERS, 'all')

  const called = computed(() => namesOf(nodes.value ?? []))

  /** Where nothing is named and nothing searched for, all nodes are meant. */
  const asked = computed(() => {
    if (nodes.value === null) return null
    if (wanted.value !== undefined) return targetOf(wanted.value, nodes.value, nodesOf)
    return text.value.trim() === '' && state.value === 'all' ? everyNode(nodes.value) : null
  })
  const target = computed(() => (asked.value && !isProblem(asked.value) ? asked.value : null))
  const problem = computed(() => (asked.value && isProblem(asked.value) ? asked.value : null))

  /** A search still to be resolved; conditions, right or wrong, may also stand where nodes do. */
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
    // Who is shown the past of a cluster must not take it for that of what was mistyped.
    const isUnderstood = troubles.every(({ trouble }) => trouble === 'nobody')
    const set = isUnderstood ? setOf(search.value, meant.map(({ hostname }) => hostname)) : ''
    return { text: search.value, nodes: meant, troubles, isLive: isLive || inState !== 'all', set }
  })

  /** As it was typed, where that means the same; empty for nobody; null where it would be too long for an address. */
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

  /** The search whose nodes are shown, where others may meet it by now. */
  const resolved = computed(() => {
    if (!target.value || target.value.kind === 'one' || !nodes.value) return null
    const isLive = state.value !== 'all' || (text.value !== '' && searchOf(text.value, called.value, nodesOf).isLive)
    return isLive ? [text.value, state.value === 'all' ? '' : state.value].filter(Boolean).join(' ') : null
  })
  return { target, problem, found, search, resolved }
}
