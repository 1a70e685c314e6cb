/** Groups as the panel finds them in simple names, for tests. */

import { arrangementOf, type Group, homesOf } from '@/heatmap/groups'
import { split } from '@/nodeset'

/** Nodes with the same prefix: r1n01, r1n02 -> "r1n". */
export function groupsOf(names: readonly string[]): readonly Group[] {
  const members = new Map<string, string[]>()
  for (const name of names) members.set(split(name).before, [...(members.get(split(name).before) ?? []), name])
  const known = [...members].map(([name, nodes]) => ({ name, source: 'names' as const, nodes }))
  return arrangementOf(names, homesOf(known)).groups
}
