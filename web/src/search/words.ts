/** The words of a search. */

import { partsOf } from '@/nodeset'

import { halfWidth } from './halfWidth'

/** A longer search does not fit into an address, and nobody types one. */
export const MOST_CHARACTERS = 3000

export const OPERATORS = ['>=', '<=', '!=', '==', '>', '<', '='] as const
export type Operator = (typeof OPERATORS)[number]

const SPACE_BEFORE_OPERATOR = /(^|[\s,!])([\p{L}_][\p{L}\p{N}_]*)\s+(?=[<>=]|!=)/gu
const SPACE_AFTER_OPERATOR = /([<>=])\s+(?=-?\d)/g
const SPACED_UNIT = /([<>=]-?\d[\d.]*) +(%|°c|[gmt]i?b)(?![\w.-])/gi
const SPACED_SIGN = /(^|[\s,])([!@]) +/g
/** "temp>85,5" means one number. "temp>85,node5" and "temp>85, 5" are two words. */
const DECIMAL_COMMA = /([<>=]-?\d+),(?=\d+%?(?:[\s,]|$))/g

/** The words of a text: "@rack3，temp > 85 node[1, 2]" -> "@rack3", "temp>85", "node[1, 2]". Keeps upper and lower case: it may matter in groups. */
export function wordsOf(text: string): string[] {
  const plain = halfWidth(text)
  const joined = plain
    .replaceAll(SPACE_BEFORE_OPERATOR, '$1$2')
    .replaceAll(SPACE_AFTER_OPERATOR, '$1')
    .replaceAll(SPACED_UNIT, '$1$2')
    .replaceAll(SPACED_SIGN, '$1$2')
    .replaceAll(DECIMAL_COMMA, '$1\u{201a}')
  return partsOf(joined).map((word) => word.replaceAll('\u{201a}', ','))
}
