/** The outline of some cells of the heat map. Neighbours are outlined together. */

import type { Layout } from './layout'

/** An SVG path around the cells for which `isMarked` (by index) is true; empty if there are none. `gap`: px between two cells. */
export function outlineOf({ lines, cellWidth, cellHeight }: Layout, isMarked: (node: number) => boolean, gap: number): string {
  const places = new Set<string>()
  const cells: { x: number; y: number }[] = []
  for (const { first, count, x, y } of lines) {
    for (let index = 0; index < count; index++) {
      if (!isMarked(first + index)) continue
      cells.push({ x: x + index * cellWidth, y })
      places.add(placeOf(x + index * cellWidth, y))
    }
  }
  // In the middle of the gap, so that no cell is covered.
  const half = gap / 2
  return cells
    .flatMap(({ x, y }) => {
      const [left, top, right, bottom] = [x - half, y - half, x + cellWidth - half, y + cellHeight - half]
      return [
        places.has(placeOf(x, y - cellHeight)) ? '' : `M${String(left)} ${String(top)}H${String(right)}`,
        places.has(placeOf(x, y + cellHeight)) ? '' : `M${String(left)} ${String(bottom)}H${String(right)}`,
        places.has(placeOf(x - cellWidth, y)) ? '' : `M${String(left)} ${String(top)}V${String(bottom)}`,
        places.has(placeOf(x + cellWidth, y)) ? '' : `M${String(right)} ${String(top)}V${String(bottom)}`,
      ]
    })
    .join('')
}

function placeOf(x: number, y: number): string {
  return `${String(x)} ${String(y)}`
}
