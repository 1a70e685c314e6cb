/** The labels before the heat map's lines: one for each, or one for several if lines are lower than text. */

import type { Line } from './layout'

/** `text` names the nodes from `first` on; `y` is its middle, in px. */
export interface LineLabel {
  group: number
  text: string
  first: number
  count: number
  /** px: its right end. */
  x: number
  y: number
}

/** px */
interface Measures {
  cellHeight: number
  /** The height of a label. */
  labelHeight: number
  /** The height of the whole map. */
  height: number
  /** The space between a label and its cells. */
  gap: number
}

/** Labels that don't overlap and are not cut off above or below. Lines of one group that are lower than a label share one. */
export function labelsOf(lines: readonly Line[], textOf: (first: number, count: number) => string, measures: Measures): LineLabel[] {
  const together = Math.max(1, Math.ceil(measures.labelHeight / Math.max(1, measures.cellHeight)))
  const labels = runsOf(lines).flatMap((run) => chunks(run, together)).map((chunk) => labelOf(chunk, textOf, measures))
  return labels.reduce<LineLabel[]>((kept, label) => {
    const before = kept.at(-1)
    // The label of another group: its line has no room for it.
    if (before?.x !== label.x || label.y - before.y >= measures.labelHeight) kept.push(label)
    return kept
  }, [])
}

function labelOf(lines: readonly Line[], textOf: (first: number, count: number) => string, { cellHeight, labelHeight, height, gap }: Measures): LineLabel {
  const [{ group, first, x, y, label } = { group: 0, first: 0, x: 0, y: 0, label: '' }] = lines
  const count = lines.reduce((sum, line) => sum + line.count, 0)
  const middle = y + (lines.length * cellHeight) / 2
  return { group, text: lines.length === 1 ? label : textOf(first, count), first, count, x: x - gap, y: Math.min(Math.max(middle, labelHeight / 2), height - labelHeight / 2) }
}

/** Lines below each other of the same group. */
function runsOf(lines: readonly Line[]): Line[][] {
  const runs: Line[][] = []
  for (const line of lines) {
    const run = runs.at(-1)
    if (run?.[0]?.group === line.group && run[0].x === line.x) run.push(line)
    else runs.push([line])
  }
  return runs
}

/** Split into parts of `size` or more: [1, 2, 3, 4, 5] by 2 -> [1, 2], [3, 4, 5] */
function chunks(run: readonly Line[], size: number): Line[][] {
  const count = Math.max(1, Math.floor(run.length / size))
  return Array.from({ length: count }, (_, index) => run.slice(index * size, index === count - 1 ? undefined : (index + 1) * size))
}
