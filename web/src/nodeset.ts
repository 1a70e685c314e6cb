/** Node sets as people type them: node[01-03,7] -> node01, node02, node03, node7. The panel reads them the same way: tests/nodesets.json. */

/** More names than any cluster has: a typo (node[1-99999999]) must not fill the memory. */
export const MAX_NAMES = 100_000

/** A text is not a node set, or (`isTooLarge`) has more than MAX_NAMES nodes. */
export class NodeSetError extends Error {
  constructor(
    text: string,
    readonly isTooLarge = false,
  ) {
    super(text)
  }
}

/** The parts of a text, split at spaces and commas, but not inside brackets: "n[1,2] !n3" -> "n[1,2]", "!n3". */
export function partsOf(text: string): string[] {
  return text.split(/[\s,]+(?![^[\]]*\])/).filter((part) => part !== '')
}

/** All names of the node sets in a text, without those after a "!", each once. Raises NodeSetError. "n[1-3] !n2" -> n1, n3; "@rack3": its nodes. */
export function selected(text: string, nodesOf: (group: string) => readonly string[] | undefined = () => undefined): string[] {
  const parts = partsOf(text)
  const wanted = parts.filter((part) => !part.startsWith('!'))
  const unwanted = parts.filter((part) => part.startsWith('!')).map((part) => part.slice(1))
  const left = new Set(namesIn(unwanted, nodesOf))
  return [...new Set(namesIn(wanted, nodesOf))].filter((name) => !left.has(name))
}

function namesIn(parts: readonly string[], nodesOf: (group: string) => readonly string[] | undefined): string[] {
  const groups = parts.map((part) => (part.startsWith('@') ? nodesOf(part.slice(1)) : undefined))
  // Together, so that they are counted together.
  const sets = parts.filter((_, index) => groups[index] === undefined).join(',')
  return [...groups.flatMap((nodes) => nodes ?? []), ...(sets === '' ? [] : expand(sets))]
}

const NUMBER = String.raw`\s*\d{1,15}\s*`
const RANGE = `${NUMBER}(?:-${NUMBER}(?:/${NUMBER})?)?`
const PART = String.raw`\s*(?:[\w.-]|\[${RANGE}(?:,${RANGE})*\])+\s*`
const NODE_SET = new RegExp(`^${PART}(?:,${PART})*$`)

/** All names of one node set, each once, in ClusterShell's sense. Raises NodeSetError. "n[1-2],m" -> n1, n2, m */
export function expand(text: string): string[] {
  if (!NODE_SET.test(text)) throw new NodeSetError(text)
  const parts = text.replaceAll(/\s/g, '').split(/,(?![^[]*\])/)
  const sets = parts.map(groupsOf)
  // Counted before it is expanded.
  const size = sets.reduce((sum, groups) => sum + groups.reduce((product, { runs }) => product * sizeOf(runs), 1), 0)
  if (size > MAX_NAMES) throw new NodeSetError(text, true)
  return [...new Set(sets.flatMap((groups) => groups.reduceRight(prepended, [''])))]
}

/** A bracket's numbers and the text before it; without a bracket (the end of a name), an empty number alone. */
interface Group {
  before: string
  runs: readonly Run[]
}

/** Numbers from `from` to `to`, padded with zeros to `width` digits. null means no number. */
type Run = { from: bigint; to: bigint; step: bigint; width: number } | null

interface Range {
  first: string
  last: string
  step: bigint
}

function prepended(ends: readonly string[], { before, runs }: Group): string[] {
  return runs.flatMap(numbersOf).flatMap((number) => ends.map((end) => before + number + end))
}

/** "r1[1-2]n0[3-4].hpc": digits beside a bracket belong to its numbers, so this is r[11-12]n[03-04].hpc. */
function groupsOf(part: string): Group[] {
  const [start = '', ...rest] = part.split(/\[([^\]]*)\]/)
  const groups: Group[] = []
  let before = start
  for (let index = 0; index < rest.length; index += 2) {
    const [, digitsAfter = '', after = ''] = /^(\d*)(.*)$/.exec(rest[index + 1] ?? '') ?? []
    const [, text = '', digitsBefore = ''] = /^(.*?)(\d*)$/.exec(before) ?? []
    // Two brackets with only digits between them would be one number.
    if (after === '' && index + 2 < rest.length) throw new NodeSetError(part)
    const runs = rangesIn(rest[index] ?? '', digitsAfter, part).map((range) => runOf(range, part))
    groups.push({ before: text, runs: withBeginning(runs, digitsBefore, part) })
    before = after
  }
  return [...groups, { before, runs: [null] }]
}

/** "1,5-9/2" -> 1 to 1, 5 to 9 by 2; with `digits` at the end of each number: [8-11]5 is 85, 95, 105, 115. */
function rangesIn(inside: string, digits: string, part: string): Range[] {
  if (digits !== '' && inside.includes('/')) throw new NodeSetError(part)
  return inside.split(',').map((text) => {
    const [bounds = '', step = '1'] = text.split('/')
    const [first = '', last = first] = bounds.split('-')
    return { first: first + digits, last: last + digits, step: BigInt(step) * 10n ** BigInt(digits.length) }
  })
}

/** The runs with `digits` before both ends: 1[10-345] is 110 to 1345, and 1[9,10], which is 1[9-10], is 19 to 110. */
function withBeginning(runs: readonly Run[], digits: string, part: string): readonly Run[] {
  if (digits === '') return runs
  if (sizeOf(runs) > MAX_NAMES) throw new NodeSetError(part, true)
  return folded(runs.flatMap(numbersOf)).map(({ first, last, step }) => runOf({ first: digits + first, last: digits + last, step }, part))
}

function runOf({ first, last, step }: Range, part: string): Run {
  const [from, to] = [BigInt(first), BigInt(last)]
  const isPadded = isFilled(first) || (isFilled(last) && to > 0n)
  if ((isPadded && first.length !== last.length) || to < from || step < 1n) throw new NodeSetError(part)
  return { from, to, step, width: isFilled(first) ? first.length : 0 }
}

function sizeOf(runs: readonly Run[]): number {
  return runs.reduce((sum, run) => sum + (run ? Number((run.to - run.from) / run.step) + 1 : 1), 0)
}

function numbersOf(run: Run): string[] {
  if (run === null) return ['']
  const { from, step, width } = run
  return Array.from({ length: sizeOf([run]) }, (_, index) => String(from + BigInt(index) * step).padStart(width, '0'))
}

function isFilled(number: string): boolean {
  return number.length > 1 && number.startsWith('0')
}

/** Numbers as ranges. Those without leading zeros may gain a digit (9, 10), those with zeros must not: ClusterShell refuses 09-100. */
function folded(numbers: readonly string[]): Range[] {
  const ranges: Range[] = []
  let isPadded = false
  for (const number of [...new Set(numbers)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    const range = ranges.at(-1)
    const isAlike = range !== undefined && (isPadded ? number.length === range.last.length : !isFilled(number))
    if (isAlike && BigInt(number) === BigInt(range.last) + 1n) {
      range.last = number
      continue
    }
    // As in ClusterShell, a number after a single padded one keeps its width.
    if (!isAlike || range.first !== range.last) isPadded = isFilled(number)
    ranges.push({ first: number, last: number, step: 1n })
  }
  return ranges
}

/** The shortest node set that names all of `names`: n1, n2, n3, m -> "m,n[1-3]". Numbers are folded in a name's first label only. */
export function fold(names: readonly string[]): string {
  const families = new Map<string, { before: string; after: string; numbers: string[] }>()
  for (const name of new Set(names)) {
    const { before, number, after } = split(name)
    // Longer numbers are not allowed in brackets.
    const key = number === '' || number.length > 15 ? `${name}\n` : `${before}\n${after}`
    const family = families.get(key) ?? { before, after, numbers: [] }
    family.numbers.push(number)
    families.set(key, family)
  }
  return [...families.values()].map(({ before, after, numbers }) => before + bracketed(folded(numbers)) + after).join(',')
}

/** A name's parts around the last number of its first label: "r1n07.hpc" -> "r1n", "07", ".hpc"; without a number all is `before`. */
export function split(name: string): { before: string; number: string; after: string } {
  const [, before = name, number = '', after = ''] = /^([^.]*?)(\d+)([^\d.]*(?:\..*)?)$/.exec(name) ?? []
  return { before, number, after }
}

function bracketed(ranges: readonly Range[]): string {
  const texts = ranges.map(({ first, last }) => (first === last ? first : `${first}-${last}`))
  return texts.length === 1 && !texts[0]?.includes('-') ? (texts[0] ?? '') : `[${texts.join(',')}]`
}
