/** Which nodes are together in the heat map and the raster: each node is in one group, and those of a group are side by side. */

/** Nodes that follow one another: `count` of them from the index `first`. */
export interface Group {
  first: number
  count: number
  /** The panel's group; missing if the nodes have none. */
  name?: string
  /** The label before them, if their own names are not enough. */
  label?: string
}

/** A group as the panel has it. */
interface Known {
  name: string
  source: 'config' | 'clustershell' | 'names'
  nodes: readonly string[]
}

/** This few need no order: each cell is large enough for its name. */
export const FEW = 12

/**
 * The group of each node, by its hostname in lower case. If a node is in several, those of config.toml come first, in their
 * order; of the others the smallest counts. Groups of ClusterShell's other sources ("jobs:17") do not count.
 */
export function homesOf(groups: readonly Known[]): ReadonlyMap<string, Known> {
  const others = groups.filter(({ name, source, nodes }) => source !== 'config' && nodes.length > 1 && !name.includes(':'))
  const homes = new Map<string, Known>()
  for (const group of [...groups.filter(({ source }) => source === 'config'), ...others.sort((a, b) => a.nodes.length - b.nodes.length)]) {
    for (const node of group.nodes) if (!homes.has(node.toLowerCase())) homes.set(node.toLowerCase(), group)
  }
  return homes
}

/** The order of nodes (as places in `hostnames`) and their groups: r1n1, r2n1, r1n2 -> 0, 2, 1. Consecutive nodes without a group share one. */
export function arrangementOf(hostnames: readonly string[], homes: ReadonlyMap<string, Known>): { order: readonly number[]; groups: readonly Group[] } {
  const all = [...hostnames.keys()]
  if (hostnames.length <= FEW) return { order: all, groups: all.length > 0 ? [{ first: 0, count: all.length }] : [] }
  const members = new Map<Known | number, number[]>()
  for (const place of all) {
    const key = homes.get((hostnames[place] ?? '').toLowerCase()) ?? -place
    const others = members.get(key)
    if (others) others.push(place)
    else members.set(key, [place])
  }
  const groups: Group[] = []
  let first = 0
  for (const [home, { length: count }] of members) {
    const before = groups.at(-1)
    if (typeof home !== 'number' && (count > 1 || home.source === 'config')) {
      groups.push({ first, count, name: home.name, ...(home.source === 'names' ? {} : { label: home.name }) })
    } else if (before && before.name === undefined) before.count += count
    else groups.push({ first, count })
    first += count
  }
  return { order: [...members.values()].flat(), groups }
}

/** The label before nodes: that of their group, if they are its first ones. */
export function labelOf(groups: readonly Group[], first: number): string | undefined {
  return groups.find((group) => group.first === first)?.label
}
