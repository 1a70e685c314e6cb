/** Node sets as people type them, in ClusterShell's syntax without groups: node[01-03,7] -> node01, node02, node03, node7. */

/** More names than any cluster has; a slip of the hand (node[1-99999999]) must not fill the memory. */
export const MAX_NAMES = 20_000

/** What is no node set, or too large a one. */
export class NodeSetError extends Error {}

/** The parts of a text, split at spaces and commas, but not inside brackets: "n[1,2] !n3" -> "n[1,2]", "!n3". */
export function partsOf(text: string): string[] {
  return text.split(/[\s,]+(?![^[\]]*\])/).filter((part) => part !== '')
}

/** All names of a node set without those after a "!", each once. Raises NodeSetError. "n[1-3] !n2" -> n1, n3 */
export function expand(text: string): string[] {
  const names = new Set<string>()
  const parts = partsOf(text)
  for (const part of parts.filter((part) => !part.startsWith('!'))) for (const name of namesOf(part)) names.add(name)
  for (const part of parts.filter((part) => part.startsWith('!'))) for (const name of namesOf(part.slice(1))) names.delete(name)
  return [...names]
}

/** The shortest node set that names all of `names`: n1, n2, n3, m -> "m,n[1-3]". Numbers are folded in a name's first label only. */
export function fold(names: readonly string[]): string {
  const families = new Map<string, { before: string; after: string; numbers: string[] }>()
  for (const name of new Set(names)) {
    const { before, number, after } = split(name)
    const key = number === '' ? `${name}\n` : `${before}\n${after}`
    const family = families.get(key) ?? { before, after, numbers: [] }
    family.numbers.push(number)
    families.set(key, family)
  }
  return [...families.values()].map(({ before, after, numbers }) => before + bracketed(rangesOf(numbers)) + after).join(',')
}

/** A name's parts around the last number of its first label: "r1n07.hpc" -> "r1n", "07", ".hpc"; without a number all is `before`. */
export function split(name: string): { before: string; number: string; after: string } {
  const [, before = name, number = '', after = ''] = /^([^.]*?)(\d+)([^\d.]*(?:\..*)?)$/.exec(name) ?? []
  return { before, number, after }
}

interface Named {
  name: string
  hostname: string
}

/**
 * Whether a node is meant by what was typed: any part of a name, or a node set; "!" leaves out. Nothing typed means all.
 * A bracket that is still open stands for what is before it, so that typing never empties the list.
 */
export function selectorOf(text: string, nodes: readonly Named[]): (node: Named) => boolean {
  const parts = partsOf(text.toLowerCase())
  const known = new Set(nodes.flatMap((node) => [...namesFor(node)]))
  const wanted = parts.filter((part) => !part.startsWith('!')).map((part) => partSelector(part))
  const unwanted = parts
    .filter((part) => part.startsWith('!') && part.length > 1)
    // The one node of this name where there is one: "!node03" must not take node030 along.
    .map((part) => partSelector(part.slice(1), known.has(part.slice(1))))
  return (node) => {
    const names = namesFor(node)
    return (wanted.length === 0 || wanted.some((is) => is(names))) && !unwanted.some((is) => is(names))
  }
}

function namesFor({ name, hostname }: Named): Set<string> {
  const names = [name.toLowerCase(), hostname.toLowerCase()]
  return new Set([...names, ...names.map((long) => long.split('.')[0] ?? long)])
}

function partSelector(part: string, isExact = false): (names: Set<string>) => boolean {
  if (/\[[^[\]]*\]/.test(part)) {
    const set = knownNames(part)
    return (names) => [...names].some((name) => set.has(name))
  }
  const [beginning = ''] = part.split('[')
  return (names) => [...names].some((name) => (isExact ? name === part : name.includes(beginning)))
}

function knownNames(part: string): Set<string> {
  try {
    return new Set(namesOf(part))
  } catch (error) {
    if (error instanceof NodeSetError) return new Set()
    throw error
  }
}

function namesOf(part: string): string[] {
  const [, before, inside, after] = /^([^[\]]*)\[([^[\]]*)\](.*)$/.exec(part) ?? []
  if (before === undefined || inside === undefined || after === undefined) {
    if (/[[\]]/.test(part)) throw new NodeSetError(part)
    return [part]
  }
  const ends = namesOf(after)
  const numbers = inside.split(',').flatMap((range) => numbersOf(range.trim(), part))
  if (numbers.length * ends.length > MAX_NAMES) throw new NodeSetError(part)
  return numbers.flatMap((number) => ends.map((end) => before + number + end))
}

/** "08-10" -> 08, 09, 10; "1-9/4" -> 1, 5, 9; "7" -> 7 */
function numbersOf(range: string, part: string): string[] {
  const [, first, last = first, step = '1'] = /^(\d{1,9})(?:-(\d{1,9})(?:\/(\d{1,9}))?)?$/.exec(range) ?? []
  if (first === undefined || last === undefined) throw new NodeSetError(part)
  const [from, to, by] = [Number(first), Number(last), Number(step)]
  if (to < from || by < 1 || (to - from) / by >= MAX_NAMES) throw new NodeSetError(part)
  const count = Math.floor((to - from) / by) + 1
  return Array.from({ length: count }, (_, index) => String(from + index * by).padStart(first.length, '0'))
}

function rangesOf(numbers: string[]): string[] {
  const ranges: { first: string; last: string }[] = []
  for (const number of numbers.sort((a, b) => Number(a) - Number(b) || a.length - b.length)) {
    const range = ranges.at(-1)
    if (range && number === String(Number(range.last) + 1).padStart(range.first.length, '0')) range.last = number
    else ranges.push({ first: number, last: number })
  }
  return ranges.map(({ first, last }) => (first === last ? first : `${first}-${last}`))
}

function bracketed(ranges: string[]): string {
  return ranges.length === 1 && !ranges[0]?.includes('-') ? (ranges[0] ?? '') : `[${ranges.join(',')}]`
}
