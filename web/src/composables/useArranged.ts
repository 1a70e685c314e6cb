/** Nodes in the order of their groups, so that those of a rack are together. */

import { computed, type Ref } from 'vue'

import { arrangementOf, homesOf } from '@/heatmap/groups'

import { useGroups } from './useGroups'

/** The group of each node. */
export function useHomes() {
  const { groups } = useGroups()
  return computed(() => homesOf(groups.value))
}

/** Takes `nodes` in order of name and returns them in order of groups. The order depends on names and groups, not on values. */
export function useArranged<Node extends { hostname: string }>(nodes: Ref<readonly Node[]>) {
  const homes = useHomes()
  const key = computed(() => nodes.value.map(({ hostname }) => hostname).join('\n'))
  const arrangement = computed(() => arrangementOf(key.value === '' ? [] : key.value.split('\n'), homes.value))
  return {
    nodes: computed<readonly Node[]>(() => arrangement.value.order.flatMap((place) => nodes.value[place] ?? [])),
    groups: computed(() => arrangement.value.groups),
  }
}
