import { describe, expect, it, vi } from 'vitest'

import { colourOf, inkOn, luma, scaleOf } from '@/heatmap/colours'
import { shortened } from '@/heatmap/fit'
import { arrangementOf, homesOf } from '@/heatmap/groups'
import { cellAt, layoutOf, neighbour, placeOf } from '@/heatmap/layout'
import { type Brush, paint } from '@/heatmap/paint'
import { metricOf } from '@/metrics'

import { groupsOf } from './groups'
import { realtimeNode } from './nodes'

const LABELS = { textOf: (first: number) => `from ${String(first)}`, widthOf: () => 60, height: 13 }
const SCREEN = { width: 1400, height: 600, smallest: 7, largest: 80 }
const numbered = (count: number, before = 'n') => Array.from({ length: count }, (_, index) => `${before}${String(index + 1).padStart(4, '0')}`)
const layout = (names: string[], space = SCREEN) => layoutOf(groupsOf(names), LABELS, space)

function lightness(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (/\d+ \d+ \d+/.exec(colour)?.[0] ?? '').split(' ').map(Number)
  return luma([red, green, blue])
}

describe('the groups of the heat map', () => {
  it('are those with the same prefix: racks stay together', () => {
    const names = [...numbered(8, 'r1n'), ...numbered(8, 'r2n')]
    expect(groupsOf(names)).toEqual([{ first: 0, count: 8, name: 'r1n' }, { first: 8, count: 8, name: 'r2n' }])
  })

  it('put nodes without a number or alone in a group into one group', () => {
    const names = ['admin', 'gpu1', 'login', ...numbered(12)]
    expect(groupsOf(names)).toEqual([{ first: 0, count: 3 }, { first: 3, count: 12, name: 'n' }])
  })

  it('are not made for few nodes, or none', () => {
    expect(groupsOf(['mgmt', 'n1', 'n2', 'n3'])).toEqual([{ first: 0, count: 4 }])
    expect(groupsOf([])).toEqual([])
  })

  it('have each node once: those of config.toml first, then the smallest', () => {
    const names = numbered(14)
    const known = [
      { name: 'odd', source: 'config' as const, nodes: ['N0003', 'n0001', 'absent'] },
      { name: 'all', source: 'clustershell' as const, nodes: names },
      { name: 'few', source: 'clustershell' as const, nodes: ['n0001', 'n0012', 'n0013'] },
      { name: 'jobs:17', source: 'clustershell' as const, nodes: ['n0005', 'n0006'] },
    ]
    const { order, groups } = arrangementOf(names, homesOf(known))
    expect(groups).toEqual([
      { first: 0, count: 2, name: 'odd', label: 'odd' },
      { first: 2, count: 10, name: 'all', label: 'all' },
      { first: 12, count: 2, name: 'few', label: 'few' },
    ])
    expect([...order].sort((a, b) => a - b)).toEqual([...names.keys()])
    expect(order.slice(0, 2).map((place) => names[place])).toEqual(['n0001', 'n0003'])
    expect(order.slice(12).map((place) => names[place])).toEqual(['n0012', 'n0013'])
  })
})

describe('the layout of the heat map', () => {
  it.each([1, 4, 64, 100, 1000, 5000])('gives each of %i nodes a cell of its own inside the space', (count) => {
    const made = layout(numbered(count))
    const cells = new Set<number | null>()
    for (let node = 0; node < count; node++) {
      const { x, y } = placeOf(made, node)
      expect(x + made.cellWidth).toBeLessThanOrEqual(SCREEN.width)
      cells.add(cellAt(made, x + made.cellWidth / 2, y + made.cellHeight / 2))
    }
    expect(cells.size).toBe(count)
    expect(made.height).toBeLessThanOrEqual(SCREEN.height)
    expect(made.cellHeight).toBeGreaterThanOrEqual(SCREEN.smallest)
  })

  it('fits 64 nodes in cells with their names, and a thousand on one screen in cells that can be pointed at', () => {
    expect(layout(numbered(64)).cellHeight).toBeGreaterThan(60)
    expect(layout(numbered(1000)).cellHeight).toBeGreaterThan(18)
  })

  it('prefers whole lines to slightly larger cells', () => {
    expect(layout(numbered(32)).lines.map(({ count }) => count)).toEqual([16, 16])
    expect(layout(numbered(64)).lines.map(({ count }) => count)).toEqual([16, 16, 16, 16])
  })

  it('begins a line with each group', () => {
    const firsts = layout([...numbered(40, 'r1n'), ...numbered(40, 'r2n')]).lines.map(({ first }) => first)
    expect(firsts).toContain(40)
  })

  it('grows higher rather than have cells too small for a finger', () => {
    const phone = { width: 340, height: 300, smallest: 14, largest: 80 }
    const made = layout(numbered(1000), phone)
    expect(made.cellHeight).toBe(14)
    expect(made.height).toBeGreaterThan(300)
  })

  it('has no cell between lines and outside', () => {
    const made = layout(numbered(64))
    expect(cellAt(made, -1, 5)).toBeNull()
    expect(cellAt(made, 5, made.height + 1)).toBeNull()
  })

  it.each([
    ['5,000 nodes of one kind', numbered(5000)],
    ['5,000 nodes in racks', Array.from({ length: 125 }, (_, rack) => numbered(40, `r${String(rack + 1)}n`)).flat()],
    ['1,000 nodes', numbered(1000)],
    ['64 nodes', numbered(64)],
  ])('labels %s without words that overlap or are cut off', (_, names) => {
    const { labels, height } = layout(names, { ...SCREEN, height: 300 })
    expect(labels.length).toBeGreaterThan(1)
    labels.forEach(({ x, y }, index) => {
      const before = labels[index - 1]
      expect(y).toBeGreaterThanOrEqual(LABELS.height / 2)
      expect(y).toBeLessThanOrEqual(height - LABELS.height / 2)
      if (before?.x === x) expect(y - before.y).toBeGreaterThanOrEqual(LABELS.height)
    })
  })

  it('gives lines that are lower than text a common label', () => {
    const made = layout(numbered(5000), { ...SCREEN, height: 300 })
    expect(made.cellHeight).toBeLessThan(LABELS.height)
    expect(made.labels.reduce((sum, { count }) => sum + count, 0)).toBe(5000)
  })

  it('is walked by arrow keys, line by line, and not beyond its ends', () => {
    const made = layout(numbered(64))
    const [first, second] = made.lines
    expect(neighbour(made, 0, 'ArrowRight')).toBe(1)
    expect(neighbour(made, 0, 'ArrowLeft')).toBe(0)
    expect(neighbour(made, 3, 'ArrowDown')).toBe((second?.first ?? 0) + 3)
    expect(neighbour(made, (second?.first ?? 0) + 3, 'ArrowUp')).toBe(3)
    expect(neighbour(made, 3, 'ArrowUp')).toBe(3)
    expect(neighbour(made, 3, 'End')).toBe(63)
    expect(neighbour(made, 63, 'Home')).toBe(first?.first)
  })
})

describe('text without room', () => {
  const within = (most: number) => (text: string) => text.length <= most

  it.each([
    ['node01.hpc.example.org', 30, 'node01.hpc.example.org'],
    ['node01.hpc.example.org', 8, 'node01'],
    ['compute-03-17.hpc.example.org', 8, '…e-03-17'],
    ['compute-03-[01-40].hpc.example.org', 20, 'compute-03-[01-40]'],
    ['admin,gpu1,login', 9, 'admin …'],
    ['r01n[01-10,12],r02n[01-10]', 22, 'r01n[01-10,12] …'],
    ['node01', 0, ''],
  ])('%s in %i letters are %s', (text, letters, shorter) => {
    expect(shortened(text, within(letters))).toBe(shorter)
  })
})

describe.each([
  ['light', false],
  ['dark', true],
] as const)('what is idle and what is busy in %s', (_, isDark) => {
  it('is distinguishable at once without seeing red or green, and no busy node is red', () => {
    const [idle, busy] = [scaleOf(isDark, metricOf('cpu_percent'))[0] ?? '', scaleOf(isDark, metricOf('cpu_percent')).at(-1) ?? '']
    const [idleYellow, busyYellow] = [idle, busy].map((colour) => {
      const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number)
      return (red + green) / 2 - blue
    })
    expect(idleYellow).toBeGreaterThan(40)
    expect(busyYellow).toBeLessThan(-40)
  })
})

describe.each([
  ['light', false, 'cpu_percent'],
  ['dark', true, 'cpu_percent'],
  ['light', false, 'cpu_temp'],
  ['dark', true, 'cpu_temp'],
] as const)('the colours in %s', (_, isDark, name) => {
  const metric = metricOf(name)

  it('change evenly in lightness, so that they can be distinguished without their hue', () => {
    const steps = scaleOf(isDark, metric).map(lightness)
    const changes = steps.slice(1).map((step, index) => (step - (steps[index] ?? 0)) * (isDark ? 1 : -1))
    expect(Math.min(...changes)).toBeGreaterThan(0)
    expect(Math.abs((steps[0] ?? 0) - (steps.at(-1) ?? 0))).toBeGreaterThan(150)
  })

  it('end where the scale ends', () => {
    const scale = scaleOf(isDark, metric)
    expect(colourOf(scale, -20, [0, 100])).toBe(scale[0])
    expect(colourOf(scale, 130, [0, 100])).toBe(scale.at(-1))
  })

  it('have a readable text colour', () => {
    for (let value = 0; value <= 100; value += 5) {
      const ground = lightness(colourOf(scaleOf(isDark, metric), value, [0, 100]))
      const ink = inkOn(isDark, metric, value, [0, 100]) === '#ffffff' ? 255 : 24
      expect(Math.abs(ground - ink)).toBeGreaterThan(100)
    }
  })
})

describe('the painting', () => {
  it('draws all once, then only the cells of nodes that changed, and labels not again', () => {
    const context = { fillRect: vi.fn(), clearRect: vi.fn(), fillText: vi.fn(), measureText: () => ({ width: 40 }) }
    const nodes = numbered(120).map((name, id) => realtimeNode({ id, name }))
    const place = layoutOf(groupsOf(nodes.map(({ name }) => name)), LABELS, SCREEN)
    const metric = metricOf('cpu_percent')
    const brush: Brush = { scale: scaleOf(false, metric), isDark: false, isOld: false, metric, ink: '', down: '', font: 'x', fontSize: 12, textOf: () => '' }
    const on = context as unknown as CanvasRenderingContext2D
    paint(on, place, nodes, brush)
    expect(context.fillRect).toHaveBeenCalledTimes(120)
    expect(context.fillText).toHaveBeenCalled()

    for (const called of [context.fillRect, context.fillText]) called.mockClear()
    const later = nodes.map((node) => (node.id === 70 ? realtimeNode({ id: 70, cpu_percent: 3 }) : node))
    paint(on, place, later, brush, nodes)
    const { x, y } = placeOf(place, 70)
    expect(context.fillRect.mock.calls.map(([left, top]: number[]) => [left, top])).toEqual([[x, y]])
    expect(context.clearRect).toHaveBeenCalledOnce()
    expect(context.fillText.mock.calls.filter(([text]: string[]) => text?.startsWith('from'))).toEqual([])
  })
})
