/** The listed nodes: those that the search finds, in the chosen order. The address holds both. */

import { computed, onScopeDispose, type Ref, shallowRef, watch } from 'vue'

import type { NodeState, RealtimeNode } from '@/api/client'
import { inAddress } from '@/metrics'
import { namesOf, searchOf } from '@/search/search'
import type { NodesOf } from '@/search/terms'

import { type Sort, sorted, SORTS } from './nodeOrder'
import { useQueryText, useQueryValue } from './useQueryValue'

/** Values change all the time, but rows must not: they move no more often than this. */
export const REORDER_SECONDS = 5

export const STATE_FILTERS = ['all', 'up', 'down', 'never', 'disabled'] as const satisfies readonly ('all' | NodeState)[]

/** Takes `nodes` in order of name and returns the listed ones. While `isHeld` (the pointer is on a row) none moves. */
export function useNodeList(nodes: Ref<readonly RealtimeNode[]>, isHeld: Ref<boolean>, nodesOf: NodesOf) {
  const search = useQueryText('q')
  const state = useQueryValue('state', STATE_FILTERS, 'all')
  const sort = useQueryValue<Sort>('sort', SORTS, 'name', inAddress)
  const ranks = shallowRef(new Map<number, number>())

  // Names change seldom, values all the time.
  const names = computed<string>(() => nodes.value.map(({ id, name }) => `${String(id)} ${name}`).join('\n'))
  const called = computed(() => (names.value, namesOf(nodes.value)))
  const asked = computed(() => searchOf(search.value, called.value, nodesOf))
  /** Those that the search finds, whatever their state. */
  const meant = computed(() => nodes.value.filter(asked.value.means))
  const found = computed(() => meant.value.filter((node) => state.value === 'all' || node.state === state.value))

  function reorder() {
    ranks.value = new Map(sorted(nodes.value, sort.value).map(({ id }, rank) => [id, rank]))
  }
  watch([sort, names], reorder, { immediate: true })
  const timer = setInterval(() => {
    if (!isHeld.value && sort.value !== 'name') reorder()
  }, REORDER_SECONDS * 1000)
  onScopeDispose(() => {
    clearInterval(timer)
  })

  const listed = computed(() => {
    if (sort.value === 'name') return found.value
    const rankOf = ({ id }: RealtimeNode) => ranks.value.get(id) ?? Infinity
    return [...found.value].sort((a, b) => rankOf(a) - rankOf(b))
  })
  return { search, state, sort, asked, meant, found, listed }
}
