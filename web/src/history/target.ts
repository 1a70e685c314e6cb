/** The nodes whose past is requested: one, a few that are drawn together, or a set that is drawn as a band. */

import type { Node } from '@/api/client'
import { fold, NodeSetError, selected } from '@/nodeset'
import { halfWidth } from '@/search/halfWidth'
import type { NodesOf } from '@/search/terms'

/** More lines than this in one chart can't be distinguished. */
export const MOST_TOGETHER = 8

export interface Target {
  kind: 'one' | 'several' | 'set'
  nodes: readonly Node[]
  /** The panel's name for them, and a title for people. */
  hostnames: string
  title: string
  /** All nodes, because none was named. */
  isCluster?: boolean
}

/** All nodes: history shows them if no node is named. Disabled nodes count only if there are no others. */
export function everyNode(nodes: readonly Node[]): Target | null {
  const enabled = nodes.filter(({ state }) => state !== 'disabled')
  const all = enabled.length > 0 ? enabled : nodes
  return all.length > 0 ? { ...targetFor(all), isCluster: true } : null
}

/** What is wrong with the request: an unknown name, a text that is not a node set, or a set that is too large. */
export interface Problem {
  kind: 'unknown' | 'badSet' | 'tooLarge'
  text: string
}

/** The nodes that `text` names: an id, a name, or a node set such as node[01-64] or @rack3. */
export function targetOf(text: string, nodes: readonly Node[], nodesOf: NodesOf = () => undefined): Target | Problem {
  const byName = new Map(nodes.flatMap((node) => namesFor(node).map((name) => [name, node] as const).reverse()))
  const one = nodes.find(({ hostname }) => hostname === text) ?? byName.get(text.toLowerCase()) ?? nodes.find(({ id }) => String(id) === text)
  if (one) return targetFor([one])
  let names: string[]
  try {
    names = selected(halfWidth(text), nodesOf)
  } catch (error) {
    if (error instanceof NodeSetError) return { kind: error.isTooLarge ? 'tooLarge' : 'badSet', text }
    throw error
  }
  const unknown = names.find((name) => !byName.has(name.toLowerCase()))
  if (unknown !== undefined || names.length === 0) return { kind: 'unknown', text: unknown ?? text }
  return targetFor([...new Set(names.map((name) => byName.get(name.toLowerCase())).filter((node) => node !== undefined))])
}

export function isProblem(target: Target | Problem): target is Problem {
  return target.kind === 'unknown' || target.kind === 'badSet' || target.kind === 'tooLarge'
}

function targetFor(nodes: readonly Node[]): Target {
  const kind = nodes.length === 1 ? 'one' : nodes.length <= MOST_TOGETHER ? 'several' : 'set'
  return { kind, nodes, hostnames: fold(nodes.map(({ hostname }) => hostname)), title: fold(nodes.map(({ name }) => name)) }
}

function namesFor({ name, hostname }: Node): string[] {
  return [hostname, name, hostname.split('.')[0] ?? hostname].map((each) => each.toLowerCase())
}
