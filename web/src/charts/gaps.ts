/** Where values are missing, a chart must show nothing: an entry without values goes into each gap. */

export type Column = readonly (number | null)[]

type Columns<Given extends readonly Column[]> = { -readonly [Key in keyof Given]: (number | null)[] }

/**
 * `columns` over `times` (Unix seconds, ascending), with one empty entry wherever two neighbours lie more than `step` seconds apart.
 *
 *     withGaps([300, 600, 1500], [[1, 2, 3]], 300) -> times [300, 600, 900, 1500], columns [[1, 2, null, 3]]
 */
export function withGaps<const Given extends readonly Column[]>(times: readonly number[], columns: Given, step: number) {
  // For each entry of the plot the index of its values; -1 where there are none.
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
  return {
    times: plotted,
    columns: columns.map((column) => sources.map((source) => column[source] ?? null)) as Columns<Given>,
  }
}

/** The indices of values that have no neighbour to draw a line to. They are drawn as points. */
export function lonely(values: ArrayLike<number | null | undefined>): number[] {
  const found: number[] = []
  for (let index = 0; index < values.length; index++) {
    if (values[index] != null && values[index - 1] == null && values[index + 1] == null) found.push(index)
  }
  return found
}
