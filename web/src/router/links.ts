/** Where one goes from here, with all that is chosen: nodes, metric, order, time. The address holds it. */

import type { LocationQuery, RouteLocationNormalizedLoaded, RouteLocationRaw } from 'vue-router'

import { exactly } from '@/search/ofNodes'

type Here = Pick<RouteLocationNormalizedLoaded, 'name' | 'params' | 'query'>

/** The present of what is looked at: from a node's past that node, from a set's past that set, from a node all that were listed. */
export function presentFrom(here: Here, isNode: (text: string) => boolean): RouteLocationRaw {
  const node = nodeOf(here)
  if (here.name !== 'history' || !node) return presentOf(here, undefined)
  if (isNode(node)) return presentOf(here, node)
  const { q, state, ...others } = chosenIn(here)
  // A set that was resolved from a search leads back to the search.
  return { name: 'realtime', params: { node: undefined }, query: q ? { ...others, q, state } : { ...others, q: exactly(node) } }
}

/** The past of what is looked at: of the one node, of those that are searched for, or of all. */
export function pastFrom(here: Here, isNode: (text: string) => boolean): RouteLocationRaw {
  const node = nodeOf(here)
  if (here.name !== 'history') return pastOf(here, node)
  if (node && !isNode(node)) return { name: 'history', params: { node }, query: here.query }
  const { within, ...others } = here.query
  return { name: 'history', params: { node: typeof within === 'string' ? within : undefined }, query: others }
}

/** One node now, or all that are searched for. */
export function presentOf(here: Here, node: string | undefined): RouteLocationRaw {
  return { name: 'realtime', params: { node }, query: chosenIn(here) }
}

/** The past of one node, or of all that are searched for. */
export function pastOf(here: Here, node: string | undefined): RouteLocationRaw {
  return { name: 'history', params: { node }, query: chosenIn(here) }
}

function nodeOf({ params: { node } }: Here): string | undefined {
  return typeof node === 'string' && node !== '' ? node : undefined
}

/** Other views' addresses hold other things under the same names. Where a node was opened out of a set, that set is what was searched for. */
function chosenIn({ name, query }: Here): LocationQuery {
  if (name !== 'realtime' && name !== 'history') return {}
  const { within, ...others } = query
  return typeof within === 'string' && !others['q'] ? { ...others, q: exactly(within) } : others
}
