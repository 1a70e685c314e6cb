/** The groups of nodes, once for the whole page: racks and kinds in names, ClusterShell's groups, and those of config.toml. */

import { computed, inject, type InjectionKey, type Ref, shallowRef, watch } from 'vue'

import type { Api, GroupAnswer } from '@/api/client'
import { expand, NodeSetError } from '@/nodeset'

export interface NodeGroup {
  name: string
  source: GroupAnswer['source']
  /** Hostnames, in the order of their names. */
  nodes: readonly string[]
}

/** Read whenever the whole cluster is sent again (`restarts` counts that), also after a reload. Without an answer, the last ones stay. */
export function createGroups(api: Pick<Api, 'groups'>, restarts: Readonly<Ref<number>>) {
  const groups = shallowRef<readonly NodeGroup[]>([])
  let text = ''
  let isAsked = false
  const byName = computed(() => new Map([...groups.value].reverse().map((group) => [group.name.toLowerCase(), group])))

  async function read() {
    isAsked = true
    const answer = await api.groups().catch(() => null)
    isAsked = false
    // Unchanged groups stay the same object, so nothing is laid out again.
    if (!answer || JSON.stringify(answer) === text) return
    text = JSON.stringify(answer)
    groups.value = answer.flatMap(({ name, source, nodes }) => {
      const hostnames = unfolded(nodes)
      return hostnames ? [{ name, source, nodes: hostnames }] : []
    })
  }
  void read()
  watch(restarts, (count) => {
    // The first one is the start, when they have already been requested.
    if (count > 1 || (text === '' && !isAsked)) void read()
  })

  /** The hostnames of a group, by its name without "@", in any case; undefined if there is none. */
  const nodesOf = (name: string): readonly string[] | undefined => byName.value.get(name.toLowerCase())?.nodes
  return { groups: groups as Readonly<Ref<readonly NodeGroup[]>>, nodesOf }
}

/** The names of a node set; null if their numbers are longer than a node set allows. */
function unfolded(nodes: string): readonly string[] | null {
  try {
    return expand(nodes)
  } catch (error) {
    if (error instanceof NodeSetError) return null
    throw error
  }
}

export type GroupsOfPage = ReturnType<typeof createGroups>

export const groupsKey: InjectionKey<GroupsOfPage> = Symbol('groups')

/** The groups that the surrounding frame provides. */
export function useGroups(): GroupsOfPage {
  const groups = inject(groupsKey)
  if (!groups) throw new Error('no groups were provided')
  return groups
}
