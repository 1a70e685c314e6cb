/** The search for exactly these nodes, for a rectangle on the map or a set of the past. */

import type { RealtimeNode } from '@/api/client'
import { fold, partsOf, split } from '@/nodeset'

import { namesOf, searchOf } from './search'
import { MOST_CHARACTERS } from './words'

interface Group {
  name: string
  nodes: readonly string[]
}

/** "node[01-03]", or "@rack3" if they are a whole group; null if that would be too long for an address. */
export function searchFor(chosen: readonly RealtimeNode[], all: readonly RealtimeNode[], groups: readonly Group[]): string | null {
  const hostnames = new Set(chosen.map(({ hostname }) => hostname))
  const group = groups.find(({ nodes }) => nodes.length === hostnames.size && nodes.every((node) => hostnames.has(node)))
  if (group && hostnames.size > 1) return `@${group.name}`
  const set = exactly(fold(chosen.map(typedName)))
  if (set.length > MOST_CHARACTERS) return null
  const { means } = searchOf(set, namesOf(all), () => undefined)
  // A name without a number may also be a part of other names.
  const others = all.filter((node) => means(node) && !hostnames.has(node.hostname)).map(({ hostname }) => `!${hostname}`)
  const text = [set, ...others].join(' ')
  return text.length > MOST_CHARACTERS ? null : text
}

/** A display name may have characters that no node set has. */
function typedName({ name, hostname }: RealtimeNode): string {
  return /^[\w.-]+$/.test(name) ? name : hostname
}

/** A node set as a search for only these nodes: "node01,login !node03", where "node01" is also a part of node010 -> "node[01],login,!node[03]" */
export function exactly(set: string): string {
  return partsOf(set).map(exact).join(',')
}

function exact(part: string): string {
  const { before, number, after } = split(part)
  return part.includes('[') || part.includes('@') || number === '' ? part : `${before}[${number}]${after}`
}
