/** What each word of a search means. */

import type { NodeState, RealtimeNode } from '@/api/client'
import { expand, MAX_NAMES, NodeSetError } from '@/nodeset'

import { type Measure, MEASURES } from './measures'
import { type Operator, OPERATORS } from './words'

/** A state, or what a node that is up does: a node has only one of each kind. */
export type Load = 'idle' | 'busy'

/** `isOut`: the nodes are excluded. */
export type Term = { word: string; isOut: boolean } & (
  | { kind: 'part'; part: string }
  | { kind: 'names'; names: ReadonlySet<string> }
  | { kind: 'state'; state: NodeState }
  | { kind: 'load'; load: Load }
  | { kind: 'condition'; isMet: (node: RealtimeNode) => boolean }
)

/** Why a word is not understood. `name`: the unknown part; `measure`: what it begins with. */
export interface Trouble {
  word: string
  trouble: 'measure' | 'number' | 'unit' | 'group' | 'set' | 'tooLarge' | 'signs'
  name?: string
  measure?: Measure
}

/** The nodes of a group, by name; undefined if there is no such group. */
export type NodesOf = (group: string) => readonly string[] | undefined

/** Percent of CPU. A node that is up and below it is idle, as in the panel (services/sums.py). */
export const IDLE_BELOW = 10

const STATES: Readonly<Partial<Record<string, NodeState>>> = {
  up: 'up', 在线: 'up',
  down: 'down', 离线: 'down',
  never: 'never', 未上报: 'never',
  disabled: 'disabled', 停用: 'disabled', 已停用: 'disabled',
}
const LOADS: Readonly<Partial<Record<string, Load>>> = { idle: 'idle', 空闲: 'idle', busy: 'busy', 繁忙: 'busy', 忙: 'busy' }

/** Display names may have any letters. */
const PART_OF_NAME = /^[\p{L}\p{M}\p{N}_.-]+$/u
const CONDITION = new RegExp(`^(.*?)(${OPERATORS.join('|')})(.*)$`, 's')
const QUANTITY = /^(-?\d{1,15}(?:\.\d{1,6})?)([^\d.,]*)$/

/** What is needed to read words. */
export interface Reader {
  /** Whether a node has this name. */
  isName: (name: string) => boolean
  nodesOf: NodesOf
  /** How many names the sets of one search have together: a typo must not fill the memory. */
  names: number
}

/** The meaning of one word; null if it has only begun ("!", "@"). */
export function termOf(word: string, reader: Reader): Term | Trouble | null {
  const isOut = word.startsWith('!')
  const text = isOut ? word.slice(1) : word
  const lower = text.toLowerCase()
  if (text === '' || text === '@') return null
  if (reader.isName(lower)) return isOut ? { word, isOut, kind: 'names', names: new Set([lower]) } : { word, isOut, kind: 'part', part: lower }
  const [state, load] = [own(STATES, lower), own(LOADS, lower)]
  if (state) return { word, isOut, kind: 'state', state }
  if (load) return { word, isOut, kind: 'load', load }
  if (text.startsWith('@')) return groupTerm(word, isOut, text.slice(1), reader)
  const [, name = '', operator = '', quantity = ''] = CONDITION.exec(lower) ?? []
  if (operator) return conditionTerm(word, isOut, name, operator as Operator, quantity)
  if (text.includes('[') || text.includes(']')) return setTerm(word, isOut, lower, reader)
  return PART_OF_NAME.test(text) ? { word, isOut, kind: 'part', part: lower } : { word, trouble: 'signs' }
}

function own<Value>(values: Readonly<Partial<Record<string, Value>>>, key: string): Value | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined
}

function groupTerm(word: string, isOut: boolean, text: string, reader: Reader): Term | Trouble {
  const { nodesOf } = reader
  let groups = [text]
  if (!nodesOf(text) && text.includes('[')) {
    const names = expanded(text, reader)
    if (!Array.isArray(names)) return { word, trouble: names }
    groups = names
  }
  const names = new Set<string>()
  for (const name of groups) {
    const nodes = nodesOf(name) ?? nodesOf(name.toLowerCase())
    if (!nodes) return { word, trouble: 'group', name }
    for (const node of nodes) names.add(node.toLowerCase())
  }
  return { word, isOut, kind: 'names', names }
}

/** A word with an open bracket means the part before the bracket, so that typing never empties the list. */
function setTerm(word: string, isOut: boolean, text: string, reader: Reader): Term | Trouble {
  if (!text.includes(']')) {
    const [part = ''] = text.split('[')
    return PART_OF_NAME.test(part) ? { word, isOut, kind: 'part', part } : { word, trouble: 'set' }
  }
  const names = expanded(text, reader)
  return Array.isArray(names) ? { word, isOut, kind: 'names', names: new Set(names.filter(reader.isName)) } : { word, trouble: names }
}

function expanded(text: string, reader: Reader): string[] | 'set' | 'tooLarge' {
  if (reader.names >= MAX_NAMES) return 'tooLarge'
  try {
    const names = expand(text)
    reader.names += names.length
    return names
  } catch (error) {
    if (error instanceof NodeSetError) return error.isTooLarge ? 'tooLarge' : 'set'
    throw error
  }
}

function conditionTerm(word: string, isOut: boolean, name: string, operator: Operator, quantity: string): Term | Trouble {
  const measure = MEASURES.find(({ names }) => names.includes(name))
  if (!measure) return { word, trouble: 'measure', name }
  const [, number, unit = ''] = QUANTITY.exec(quantity) ?? []
  if (number === undefined) return { word, trouble: 'number', measure }
  const valueOf = own(measure.units, unit)
  if (!valueOf) return { word, trouble: 'unit', name: unit, measure }
  const digits = number.split('.')[1]?.length ?? 0
  const limit = Number(number)
  const isMet = (node: RealtimeNode) => {
    const value = node.state === 'up' ? valueOf(node) : null
    return value !== null && compare(value, operator, limit, digits)
  }
  return { word, isOut, kind: 'condition', isMet }
}

/** Values are equal if they look the same with as many digits as were typed: 60.8 is 61. */
function compare(value: number, operator: Operator, limit: number, digits: number): boolean {
  const isEqual = () => Math.abs(value - limit) <= 0.5 / 10 ** digits
  switch (operator) {
    case '>': return value > limit
    case '<': return value < limit
    case '>=': return value >= limit
    case '<=': return value <= limit
    case '!=': return !isEqual()
    default: return isEqual()
  }
}
