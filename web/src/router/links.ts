/** Links to other views that keep what is chosen: nodes, metric, order, time. The address holds it. */

import type { LocationQuery, RouteLocationNormalizedLoaded, RouteLocationRaw } from 'vue-router'

import { exactly } from '@/search/ofNodes'

type Here = Pick<RouteLocationNormalizedLoaded, 'name' | 'params' | 'query'>

/** The present of what is shown: from a node's past, that node; from a set's past, that set; from a node, all that were listed. */
export function presentFrom(here: Here, isNode: (text: string) => boolean): RouteLocationRaw {
  const node = nodeOf(here)
  if (here.name !== 'history' || !node) return presentOf(here, undefined)
  if (isNode(node)) return presentOf(here, node)
  const { q, state, ...others } = chosenIn(here)
  // A set that was resolved from a search leads back to the search.
  return { name: 'realtime', params: { node: undefined }, query: q ? { ...others, q, state } : { ...others, q: exactly(node) } }
}

/** The past of what is shown: of the one node, of the nodes found, or of all. */
export function pastFrom(here: Here, isNode: (text: string) => boolean): RouteLocationRaw {
  const node = nodeOf(here)
  if (here.name !== 'history') return pastOf(here, node)
  if (node && !isNode(node)) return { name: 'history', params: { node }, query: here.query }
  const { within, ...others } = here.query
  return { name: 'history', params: { node: typeof within === 'string' ? within : undefined }, query: others }
}

/** One node now, or all that the search finds. */
export function presentOf(here: Here, node: string | undefined): RouteLocationRaw {
  return { name: 'realtime', params: { node }, query: chosenIn(here) }
}

/** The past of one node, or of all that the search finds. */
export function pastOf(here: Here, node: string | undefined): RouteLocationRaw {
  return { name: 'history', params: { node }, query: chosenIn(here) }
}

function nodeOf({ params: { node } }: Here): string | undefined {
  return typeof node === 'string' && node !== '' ? node : undefined
}

/** Other views use the same names in the address for other things. If a node was opened from a set, that set was the search. */
function chosenIn({ name, query }: Here): LocationQuery {
  if (name !== 'realtime' && name !== 'history') return {}
  const { within, ...others } = query
  return typeof within === 'string' && !others['q'] ? { ...others, q: exactly(within) } : others
}
