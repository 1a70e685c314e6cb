/** Turns history in the compact form (docs/api.md) into full answers, at the precision of charts. */

import type { components } from './schema'

type Schemas = components['schemas']
type Full = Schemas['HistoryOne']
type FullSet = Schemas['HistorySet']
type Counted = Pick<Schemas['HistoryOneCompact'], 'runs' | 'columns'>

/** A column's numbers, or one number if all are equal. */
type Numbers = Counted['columns'][string]

const MAX = '_max'

export function ofCompact({ runs, columns, units, ...rest }: Schemas['HistoryOneCompact']): Full {
  return { ...rest, ...columnsOf({ runs, columns }, units, rest.step) } as Full
}

export function ofCompactSet({ units, nodes, ...rest }: Schemas['HistorySetCompact']): FullSet {
  const full = nodes.map(({ runs, columns, ...node }) => ({ ...node, ...columnsOf({ runs, columns }, units, rest.step) }))
  return { ...rest, nodes: full as FullSet['nodes'] }
}

function columnsOf({ runs, columns }: Counted, units: Record<string, number>, step: number) {
  const timestamp = runs.flatMap(([first, count]) => Array.from({ length: count }, (_, place) => first + place * step))
  const listOf = (numbers: Numbers | undefined) => (Array.isArray(numbers) ? numbers : timestamp.map(() => numbers ?? null))
  const full = Object.entries(columns).map(([name, numbers]): [string, (number | null)[]] => {
    const unit = units[name] ?? 1
    const counts = listOf(numbers)
    // A maximum is the difference to its mean.
    const means = name.endsWith(MAX) ? columns[name.slice(0, -MAX.length)] : undefined
    const bases = means === undefined ? null : listOf(means)
    return [name, counts.map((count, place) => (count === null ? null : valueOf(count + (bases?.[place] ?? 0), unit)))]
  })
  return { timestamp, ...Object.fromEntries(full) }
}

/** 452 tenths -> exactly 45.2; a multiplication would be off by a trillionth. */
function valueOf(count: number, unit: number): number {
  return unit < 1 ? count / Math.round(1 / unit) : count * unit
}
