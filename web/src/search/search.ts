/**
 * Searches: parts of names, node sets, groups, states and conditions together.
 *
 * "@rack3 temp>85": the nodes of rack3 that are hotter than 85 °C. "node[1-40] gpu cpu<5 !node7": of these sets and names, those
 * that are idle, without node7. Names, sets and groups add up, and so do states; each condition narrows; "!" excludes.
 */

import type { RealtimeNode } from '@/api/client'

import { IDLE_BELOW, type NodesOf, type Term, termOf, type Trouble } from './terms'
import { MOST_CHARACTERS, wordsOf } from './words'

interface Named {
  name: string
  hostname: string
}

export interface Search {
  /** Whether a node matches. An empty search matches all. */
  means: (node: RealtimeNode) => boolean
  /** The words that are not understood or match no node, in their order. */
  troubles: readonly (Trouble | { word: string; trouble: 'nobody' | 'tooLong' })[]
  /** Whether the result changes with states and values. */
  isLive: boolean
}

/** The names of nodes in the form in which they are compared: by hostname, and all together. */
export interface Names {
  of: ReadonlyMap<string, readonly string[]>
  known: ReadonlySet<string>
}

/** Keep it while nodes and names are the same: making it takes longer than a search. */
export function namesOf(nodes: readonly Named[]): Names {
  const of = new Map(nodes.map((node) => [node.hostname, namesFor(node)]))
  return { of, known: new Set([...of.values()].flat()) }
}

/** The search for `text` among nodes, whose values may change afterwards. */
export function searchOf(text: string, { of: names, known }: Names, nodesOf: NodesOf): Search {
  if (text.length > MOST_CHARACTERS) return { means: () => false, troubles: [{ word: text, trouble: 'tooLong' }], isLive: false }
  const reader = { isName: (name: string) => known.has(name), nodesOf, names: 0 }
  const read = [...new Set(wordsOf(text))].map((word) => termOf(word, reader)).filter((term) => term !== null)
  const terms = read.filter((term) => 'kind' in term)
  const [wanted, unwanted] = [terms.filter(({ isOut }) => !isOut), terms.filter(({ isOut }) => isOut)]
  const byName = wanted.filter(isByName)
  const states = wanted.filter(({ kind }) => kind === 'state')
  const narrowing = wanted.filter(({ kind }) => kind === 'load' || kind === 'condition')
  // An unknown group has no nodes: a search for only this group must not show all nodes.
  const namesAll = byName.length === 0 && !read.some(namesNobody)
  const named = new Set([...names].filter(([, own]) => namesAll || byName.some((term) => isCalled(own, term))).map(([hostname]) => hostname))
  // If it is the only word, the empty list itself shows that.
  const isAnybody = (term: ByName) => [...names.values()].some((own) => isCalled(own, term))

  return {
    means: (node) => {
      const isMeant = (term: Term) => means(term, node, names.get(node.hostname) ?? [])
      return named.has(node.hostname) && (states.length === 0 || states.some(isMeant)) && narrowing.every(isMeant) && !unwanted.some(isMeant)
    },
    troubles: read.flatMap((term): Search['troubles'] => {
      if ('trouble' in term) return [term]
      return read.length > 1 && !term.isOut && isByName(term) && !isAnybody(term) ? [{ word: term.word, trouble: 'nobody' }] : []
    }),
    isLive: terms.some((term) => !isByName(term)),
  }
}

function namesNobody(term: Term | Trouble): boolean {
  return 'trouble' in term && WANTS_NAMES.has(term.trouble) && !term.word.startsWith('!')
}

const WANTS_NAMES: ReadonlySet<string> = new Set<Trouble['trouble']>(['group', 'set', 'tooLarge', 'signs'])

type ByName = Extract<Term, { kind: 'part' | 'names' }>

function isByName(term: Term): term is Term & ByName {
  return term.kind === 'part' || term.kind === 'names'
}

function isCalled(own: readonly string[], term: ByName): boolean {
  return own.some((name) => (term.kind === 'names' ? term.names.has(name) : name.includes(term.part)))
}

function means(term: Term, node: RealtimeNode, own: readonly string[]): boolean {
  switch (term.kind) {
    case 'state': return node.state === term.state
    case 'load': return isLoaded(node, term.load)
    case 'condition': return term.isMet(node)
    default: return isCalled(own, term)
  }
}

function isLoaded({ state, cpu_percent: cpu }: RealtimeNode, load: 'idle' | 'busy'): boolean {
  return state === 'up' && cpu !== null && (load === 'idle') === cpu < IDLE_BELOW
}

function namesFor({ name, hostname }: Named): string[] {
  const names = (name === hostname ? [name] : [name, hostname]).map((each) => each.normalize('NFKC').toLowerCase())
  return [...new Set([...names, ...names.map((long) => long.split('.')[0] ?? long)])]
}
