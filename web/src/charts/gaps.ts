/** A chart must show nothing where values are missing, so each gap gets an entry without values. */

export type Column = readonly (number | null)[]

/**
 * `times` (Unix seconds, ascending) with one more wherever two neighbours are more than `step` seconds apart; `sources` has the
 * index of each entry's values, or -1 if it has none.
 *
 *     gapped([300, 600, 1500], 300) -> times [300, 600, 900, 1500], sources [0, 1, -1, 2]
 */
export function gapped(times: readonly number[], step: number): { times: number[]; sources: number[] } {
  const sources: number[] = []
  const plotted: number[] = []
  times.forEach((time, index) => {
    const expected = (times[index - 1] ?? time) + step
    if (time > expected) {
      plotted.push(expected)
      sources.push(-1)
    }
    plotted.push(time)
    sources.push(index)
  })
  return { times: plotted, sources }
}

/** A column over the times of `gapped`: [1, 2, 3] -> [1, 2, null, 3] */
export function spreadOut(column: Column, sources: readonly number[]): (number | null)[] {
  return sources.map((source) => column[source] ?? null)
}

/** The indices of values without a neighbour to draw a line to. They are drawn as points. */
export function lonely(values: ArrayLike<number | null | undefined>): number[] {
  const found: number[] = []
  for (let index = 0; index < values.length; index++) {
    if (values[index] != null && values[index - 1] == null && values[index + 1] == null) found.push(index)
  }
  return found
}
