/** Which nodes stand together in the heat map: those of a rack, a chassis or a kind, as far as names tell. */

import { split } from '@/nodeset'

/** Nodes that follow one another: `count` of them from the index `first`. */
export interface Group {
  first: number
  count: number
}

/** So few need no order: each cell is large enough to bear its name. */
export const FEW = 12

/** `names` (in order) in groups of equal beginnings: r1n01, r1n02, r2n01 -> [r1n01, r1n02], [r2n01]. Lone ones that follow each other share a group. */
export function groupsOf(names: readonly string[]): Group[] {
  if (names.length <= FEW) return names.length > 0 ? [{ first: 0, count: names.length }] : []
  const groups: (Group & { before: string | null })[] = []
  names.forEach((name, index) => {
    const before = beginningOf(name)
    const last = groups.at(-1)
    if (last?.before === before && before !== null) last.count += 1
    else groups.push({ first: index, count: 1, before })
  })
  return joinLoners(groups)
}

function beginningOf(name: string): string | null {
  const { before, number } = split(name)
  return number === '' ? null : before
}

function joinLoners(groups: readonly Group[]): Group[] {
  const joined: (Group & { isLoners: boolean })[] = []
  for (const { first, count } of groups) {
    const last = joined.at(-1)
    if (count === 1 && last?.isLoners) last.count += 1
    else joined.push({ first, count, isLoners: count === 1 })
  }
  return joined.map(({ first, count }) => ({ first, count }))
}
