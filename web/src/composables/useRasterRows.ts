/** The rows of a raster: the nodes of each, in the order of groups, and a name for some of them. */
import { computed, type MaybeRefOrGetter, type Ref, toValue } from 'vue'

import type { Node } from '@/api/client'
import { arrangementOf } from '@/heatmap/groups'
import { fold } from '@/nodeset'
import { type Raster, reordered } from '@/raster/decode'
import { groupsOfRows } from '@/raster/geometry'

export function useRasterRows(nodes: MaybeRefOrGetter<readonly Node[]>, read: Ref<Raster | null>, homes: Ref<Parameters<typeof arrangementOf>[1]>) {
  const byId = computed(() => new Map(toValue(nodes).map((node) => [node.id, node])))
  /** Rows of single nodes come in the order of names and are sorted by groups; rows of several nodes already come that way. */
  const arrangement = computed(() => arrangementOf((read.value?.head.rows ?? []).flat().map((id) => byId.value.get(id)?.hostname ?? ''), homes.value))
  const isInOrder = computed(() => arrangement.value.order.every((place, index) => place === index))
  const raster = computed(() => (read.value && read.value.max === null && !isInOrder.value ? reordered(read.value, arrangement.value.order) : read.value))
  const rows = computed(() => (raster.value?.head.rows ?? []).map((ids) => ids.map((id) => byId.value.get(id)).filter((node) => node !== undefined)))
  const rowGroups = computed(() => {
    const isGrouped = raster.value?.max === null || isInOrder.value
    return isGrouped ? groupsOfRows(arrangement.value.groups, rows.value) : [{ first: 0, count: rows.value.length }]
  })
  const nodesOf = (first: number, last: number) => rows.value.slice(first, last + 1).flat()
  /** `isShort`: a group's name is enough. */
  const nameOf = (first: number, last: number, isShort = false) => {
    const group = rowGroups.value.find((each) => each.first === first && each.count === last - first + 1 && each.count > 1)
    return group?.label ?? (isShort ? group?.name : undefined) ?? fold(nodesOf(first, last).map(({ name }) => name))
  }
  return { raster, rows, rowGroups, nodesOf, nameOf }
}
