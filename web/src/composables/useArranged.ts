/** Nodes in the order of their groups, so that those of a rack stand together. */

import { computed, type Ref } from 'vue'

import { arrangementOf, homesOf } from '@/heatmap/groups'

import { useGroups } from './useGroups'

/** The group that each node stands in. */
export function useHomes() {
  const { groups } = useGroups()
  return computed(() => homesOf(groups.value))
}

/** `nodes` in order of name in, in order of groups out. The order changes with names and groups alone, not with values. */
export function useArranged<Node extends { hostname: string }>(nodes: Ref<readonly Node[]>) {
  const homes = useHomes()
  const key = computed(() => nodes.value.map(({ hostname }) => hostname).join('\n'))
  const arrangement = computed(() => arrangementOf(key.value === '' ? [] : key.value.split('\n'), homes.value))
  return {
    nodes: computed<readonly Node[]>(() => arrangement.value.order.flatMap((place) => nodes.value[place] ?? [])),
    groups: computed(() => arrangement.value.groups),
  }
}
