// @vitest-environment node
import { describe, expect, it } from 'vitest'

import type { AlertGroup } from '@/alerts/fold'
import type { RasterHead } from '@/api/client'
import { scaleOf } from '@/heatmap/colours'
import { metricOf } from '@/metrics'
import { decoded, reordered, reasonAt, summaryOf, timesOf, valueOf } from '@/raster/decode'
import { columnAt, groupsOfRows, partOf, rowAt, rowsIn, topOf, xOf } from '@/raster/geometry'
import { labelsOf } from '@/raster/labels'
import { marksOf } from '@/raster/marks'
import { isMissing, isOfNode, paletteOf } from '@/raster/paint'


const HEAD: RasterHead = {
  metric: 'cpu_temp',
  period: null,
  from: 3000,
  to: 4200,
  step: 300,
  width: 300,
  columns: 4,
  low: -20,
  high: 150,
  planes: ['mean'],
  rows: [[7], [9]],
  missing: [[1, 1, 3, 'node_away']],
}

function answer(head: RasterHead, cells: readonly number[]): ArrayBuffer {
  return new Uint8Array([...new TextEncoder().encode(`${JSON.stringify(head)}\n`), ...cells]).buffer
}

const CELLS = [1, 126, 251, 101, 10, 0, 0, 30] // 10 is a line's end too

describe('the answer of the panel', () => {
  it('is a line of JSON, and rows of cells', () => {
    const raster = decoded(answer(HEAD, CELLS))
    expect(raster.head.rows).toEqual([[7], [9]])
    expect([...raster.mean]).toEqual(CELLS)
    expect(raster.max).toBeNull()
    expect([...raster.mean].map((cell) => valueOf(raster.head, cell)?.toFixed(2))).toEqual(['-20.00', '65.00', '150.00', '48.00', '-13.88', undefined, undefined, '-0.28'])
  })

  it('has the means of bands, then their maxima', () => {
    const { mean, max } = decoded(answer({ ...HEAD, rows: [[7, 9]], planes: ['mean', 'max'], missing: [] }, CELLS))
    expect([...mean]).toEqual(CELLS.slice(0, 4))
    expect([...(max ?? [])]).toEqual(CELLS.slice(4))
  })

  it('that was truncated is an error, not a picture', () => {
    expect(() => decoded(answer(HEAD, CELLS.slice(1)))).toThrow('cut short')
    expect(() => decoded(new ArrayBuffer(0))).toThrow()
  })

  it('may have no column yet', () => {
    expect(decoded(answer({ ...HEAD, columns: 0, missing: [] }, [])).mean).toHaveLength(0)
  })

  it('says why a cell is empty', () => {
    const raster = decoded(answer(HEAD, CELLS))
    expect([0, 1, 2, 3].map((column) => reasonAt(raster, 1, column))).toEqual([null, 'node_away', 'node_away', null])
    expect(reasonAt(raster, 0, 1)).toBeNull()
    expect(timesOf(raster.head, 1)).toEqual([3300, 3600])
    expect((['node_away', 'agent_stopped', 'clock_refused', 'silent', 'panel_away', 'unknown', 'new'] as const).map(isOfNode)).toEqual([true, true, true, true, false, false, false])
    expect((['node_away', 'unknown', 'new', 'filling'] as const).map(isMissing)).toEqual([true, true, false, false])
  })

  it('has a mean and a maximum per row, of the known values', () => {
    const raster = decoded(answer(HEAD, CELLS))
    expect(summaryOf(raster, 1)).toEqual({ mean: valueOf(HEAD, 20), max: valueOf(HEAD, 30), known: 0.5 })
    const band = decoded(answer({ ...HEAD, rows: [[7, 9]], planes: ['mean', 'max'], missing: [] }, CELLS))
    expect(summaryOf(band, 0).max).toBe(valueOf(HEAD, 30))
    expect(summaryOf(decoded(answer(HEAD, CELLS.map(() => 0))), 0)).toEqual({ mean: null, max: null, known: 0 })
  })
})

describe('rows in another order', () => {
  it('keep their cells and their missing values', () => {
    const raster = decoded(answer(HEAD, CELLS))
    const turned = reordered(raster, [1, 0])
    expect(turned.head.rows).toEqual([HEAD.rows[1], HEAD.rows[0]])
    expect(summaryOf(turned, 0)).toEqual(summaryOf(raster, 1))
    expect(HEAD.missing.every(([row, column]) => reasonAt(turned, 1 - row, column) === reasonAt(raster, row, column))).toBe(true)
  })
})

describe('colours', () => {
  it('are those of the live map, and none if nothing is known', () => {
    const scale = scaleOf(false, metricOf('cpu_temp'))
    const palette = paletteOf(HEAD, scale, [30, 90])
    const css = (colour = 0) => `rgb(${String(colour & 255)} ${String((colour >> 8) & 255)} ${String((colour >> 16) & 255)})`
    expect(palette[0]).toBe(0)
    expect([css(palette[1]), css(palette[251])]).toEqual([scale[0], scale.at(-1)])
    expect(css(palette[1 + Math.round((250 * 80) / 170)])).toBe(scale[32]) // 60 °C
  })
})

describe('rows', () => {
  it('belong to the group of their first node', () => {
    const groups = [{ first: 0, count: 3 }, { first: 3, count: 1 }, { first: 4, count: 3 }]
    expect(groupsOfRows(groups, [[1, 2], [3, 4], [5, 6], [7]])).toEqual([{ first: 0, count: 2 }, { first: 2, count: 2 }])
    expect(groupsOfRows(groups, [[1], [2], [3], [4], [5], [6], [7]])).toEqual(groups)
    expect(groupsOfRows([], [])).toEqual([])
  })

  it('are whole device pixels, with a gap between blocks', () => {
    const rows = rowsIn([{ first: 0, count: 10 }, { first: 10, count: 10 }], { height: 100, ratio: 2, largestRow: 24 })
    expect(rows).toEqual({ rowHeight: 4.5, blocks: [{ first: 0, count: 10, y: 0 }, { first: 10, count: 10, y: 48 }], height: 93 })
    expect([0, 9, 10, 19].map((row) => rowAt(rows, topOf(rows, row) + 1))).toEqual([0, 9, 10, 19])
    expect([-5, 46, 500].map((y) => rowAt(rows, y))).toEqual([0, 9, 19])
  })

  it('have no gaps if these would take all the room, and at least a pixel each', () => {
    const groups = Array.from({ length: 100 }, (_, index) => ({ first: index * 5, count: 5 }))
    expect(rowsIn(groups, { height: 300, ratio: 1, largestRow: 24 })).toMatchObject({ rowHeight: 1, height: 500 })
    expect(rowAt(rowsIn([], { height: 300, ratio: 1, largestRow: 24 }), 5)).toBeNull()
  })
})

const TIMES = { from: 3000, to: 5000, width: 1000 }

describe('columns', () => {
  it('are at their time, whatever the range of the axis', () => {
    expect([3000, 4000, 5000].map((time) => xOf(TIMES, time))).toEqual([0, 500, 1000])
    expect([0, 149, 150, 599].map((x) => columnAt(HEAD, TIMES, x))).toEqual([0, 0, 1, 3])
  })

  it('that do not exist yet are not found, except at the edge', () => {
    expect(columnAt(HEAD, TIMES, 620)).toBe(3)
    expect(columnAt(HEAD, TIMES, 900)).toBeNull()
    expect(columnAt({ ...HEAD, columns: 0 }, TIMES, 10)).toBeNull()
  })
})

describe('a drag', () => {
  const rows = rowsIn([{ first: 0, count: 10 }], { height: 100, ratio: 1, largestRow: 10 })
  const mark = (x1: number, y1: number, x2: number, y2: number) => partOf(HEAD, TIMES, rows, { x: x1, y: y1 }, { x: x2, y: y2 })

  it.each([
    ['along time marks times of all nodes', [10, 50, 400, 55], { columns: [0, 2], rows: null }],
    ['across marks nodes at all times', [200, 75, 205, 15], { columns: null, rows: [1, 7] }],
    ['across both marks both, from whichever corner', [400, 75, 10, 15], { columns: [0, 2], rows: [1, 7] }],
    ['beyond the last column marks up to it', [400, 50, 990, 50], { columns: [2, 3], rows: null }],
  ])('%s', (_, [x1 = 0, y1 = 0, x2 = 0, y2 = 0], part) => {
    expect(mark(x1, y1, x2, y2)).toEqual(part)
  })

  it('that is hardly one is a click', () => {
    expect(mark(100, 50, 104, 53)).toBeNull()
  })
})

describe('labels beside the rows', () => {
  const nameOf = (first: number, last: number) => `${String(first)}-${String(last)}`
  const groups = [{ first: 0, count: 40 }, { first: 40, count: 2 }, { first: 42, count: 2 }, { first: 44, count: 40 }]

  it('are one per row if there is room', () => {
    expect(labelsOf(rowsIn([{ first: 0, count: 3 }], { height: 60, ratio: 1, largestRow: 24 }), nameOf, 1).map(({ text }) => text)).toEqual(['0-0', '1-1', '2-2'])
  })

  it('are otherwise one per block, never overlap, and are buttons if blocks are large enough', () => {
    const labels = labelsOf(rowsIn(groups, { height: 200, ratio: 1, largestRow: 24 }), nameOf, 1)
    expect(labels.map(({ text }) => text)).toEqual(['0-39', '40-41', '44-83'])
    expect(labels.map(({ rows }) => rows)).toEqual([[0, 39], null, [44, 83]])
  })

  it('of a low last block are not cut at the lower edge', () => {
    const rows = rowsIn([{ first: 0, count: 60 }, { first: 60, count: 1 }], { height: 200, ratio: 1, largestRow: 24 })
    const last = labelsOf(rows, nameOf, 1).at(-1)
    expect(last?.text).toBe('60-60')
    expect(last?.y).toBeLessThanOrEqual(rows.height - 7)
  })

  it('of one block are one for several rows', () => {
    const labels = labelsOf(rowsIn([{ first: 0, count: 200 }], { height: 400, ratio: 1, largestRow: 24 }), nameOf, 1)
    expect(labels.slice(0, 2).map(({ text }) => text)).toEqual(['0-0', '22-22'])
  })
})

describe('alerts on a raster', () => {
  const group = (rule: string, hostnames: string[], to: number | null) => ({ hostnames, from: 100, to, worst: { rule, severity: 'critical' } }) as unknown as AlertGroup
  const rowOf = new Map([['a', 0], ['b', 1], ['c', 2], ['d', 3]])

  it('are one rectangle for adjacent rows, as long as they were open', () => {
    expect(marksOf([group('hot', ['d', 'b', 'a', 'x'], null)], rowOf, 900)).toEqual([
      { first: 0, last: 1, from: 100, to: 900, isCritical: true },
      { first: 3, last: 3, from: 100, to: 900, isCritical: true },
    ])
  })

  it('leave out what is hatched anyway', () => {
    expect(marksOf([group('node-down', ['a'], 500)], rowOf, 900)).toEqual([])
  })
})
