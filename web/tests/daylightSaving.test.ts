import uPlot from 'uplot'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { chartOptions } from '@/charts/options'
import type { ChartStyle } from '@/charts/style'
import { between, drawn, moved } from '@/history/when'
import { createUnits } from '@/units'

const STYLE: ChartStyle = { lines: ['#000000'], band: '', ground: '', text: '', grid: '', font: '11px sans-serif', scale: 1 }
const HOUR = 3600

/** The labels below a chart of `width` px over `hours` from `begin` on. */
async function labelsOf(zone: string, begin: string, hours: number, width = 1000): Promise<string[]> {
  process.env['TZ'] = zone
  const from = Date.parse(begin) / 1000
  const to = from + hours * HOUR
  let labels: string[] = []
  const options = chartOptions({
    style: STYLE,
    units: createUnits('en-GB', zone),
    group: 'test',
    width,
    height: 200,
    curves: 1,
    hasBand: false,
    times: () => [from, to],
    values: () => [0, 100],
    label: String,
    step: 300,
    onHover: () => undefined,
  })
  const [timeAxis = {}, valueAxis = {}] = options.axes ?? []
  const made = timeAxis.values as uPlot.Axis.DynamicValues
  const values: uPlot.Axis.DynamicValues = (...given) => (labels = made(...given).map(String))
  const chart = new uPlot({ ...options, axes: [{ ...timeAxis, values }, valueAxis] }, [[from, to], [1, 2]], document.body)
  // uPlot draws after everything else is done.
  await new Promise((resolve) => setTimeout(resolve, 0))
  chart.destroy()
  return labels
}

const hours = (...numbers: number[]) => numbers.map((hour) => `${String(hour).padStart(2, '0')}:00`)
const ownZone = process.env['TZ']

beforeAll(() => {
  const pen = new Proxy({}, { get: (_, name) => (name === 'measureText' ? () => ({ width: 30 }) : () => undefined), set: () => true })
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(pen as CanvasRenderingContext2D)
  vi.stubGlobal('Path2D', class { moveTo() { return undefined } lineTo() { return undefined } rect() { return undefined } })
})
afterAll(() => {
  if (ownZone === undefined) delete process.env['TZ']
  else process.env['TZ'] = ownZone
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('the time axis', () => {
  it('of a day of 23 hours leaves out the missing hour, and names the zone that begins', async () => {
    const labels = await labelsOf('Europe/Berlin', '2026-03-28T23:00Z', 23)
    expect(labels).toEqual(['00:00\n29 Mar', '04:00\nCEST', ...hours(6, 8, 10, 12, 14, 16, 18, 20, 22), '00:00\n30 Mar'])
  })

  it('of a day of 25 hours has the hour that comes twice, and distinguishes the two', async () => {
    const labels = await labelsOf('Europe/Berlin', '2026-10-24T22:00Z', 6)
    expect(labels.slice(3, 9)).toEqual(['01:30', '02:00', '02:30', '02:00\nCET', '02:30', '03:00'])
    const wide = await labelsOf('Europe/Berlin', '2026-10-24T22:00Z', 25, 2400)
    expect(wide.slice(0, 5)).toEqual(['00:00\n25 Oct', '01:00', '02:00', '02:00\nCET', '03:00'])
    expect(wide).toHaveLength(26)
  })

  it('of a week and of a month has each day once, at its beginning', async () => {
    const week = ['22 Oct', '23 Oct', '24 Oct', '25 Oct', '26 Oct', '27 Oct', '28 Oct']
    expect(await labelsOf('Europe/Berlin', '2026-10-21T22:00Z', 7 * 24)).toEqual(week)
    const month = await labelsOf('Europe/Berlin', '2026-03-12T23:00Z', 30 * 24)
    expect(new Set(month).size).toBe(month.length)
  })

  it('has whole hours in zones that are half an hour off, also if these change by an hour or by half an hour', async () => {
    expect(await labelsOf('Asia/Kolkata', '2026-10-24T18:30Z', 24)).toEqual(['00:00\n25 Oct', ...hours(2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22), '00:00\n26 Oct'])
    const adelaide = await labelsOf('Australia/Adelaide', '2026-04-04T13:30Z', 25, 2400)
    expect(adelaide.slice(0, 5)).toEqual(['00:00\n5 Apr', '01:00', '02:00', '02:00\nGMT+9:30', '03:00'])
    const lordHowe = await labelsOf('Australia/Lord_Howe', '2026-04-04T13:00Z', 6)
    expect(lordHowe.slice(0, 6)).toEqual(['00:00\n5 Apr', '00:30', '01:00', '01:30', '01:30\nGMT+10:30', '02:00'])
  })

  it('names no zone on a day like any other', async () => {
    expect((await labelsOf('Europe/Berlin', '2026-06-09T22:00Z', 24)).filter((label) => /[A-Z]{3,}/.test(label))).toEqual([])
  })
})

describe('times on a day of 25 hours', () => {
  const units = createUnits('en-GB', 'Europe/Berlin')
  const [before, after] = [Date.parse('2026-10-25T00:30Z') / 1000, Date.parse('2026-10-25T01:10Z') / 1000]

  it('have their zone if the clocks change in between, and only then', () => {
    expect(units.span(before, after)).toBe('25 Oct, 02:30 CEST – 02:10 CET')
    expect(units.span(after, after + HOUR)).toBe('25 Oct, 02:10 – 03:10')
    expect(units.zoneOver(before, after)).toBe('Europe/Berlin (CEST, CET)')
    expect(units.zoneOver(after, after + HOUR)).toBe('Europe/Berlin (CET)')
    expect(createUnits('zh-CN', 'Europe/Berlin').zoneOver(before, after)).toBe('Europe/Berlin（CEST、CET）')
  })
})

describe('a day in history', () => {
  const now = Date.parse('2026-10-25T18:00Z') / 1000

  it('is 24 hours with the same number of records, also if the day has 23 or 25', () => {
    for (const at of [now, Date.parse('2026-03-29T18:00Z') / 1000]) expect(between({ period: '1d' }, at)).toEqual({ from: at - 24 * HOUR, to: at })
  })

  it('continues without a gap or an overlap, in both directions', () => {
    const earlier = moved({ period: '1d' }, -1, now)
    const evenEarlier = moved(earlier, -1, now)
    expect(evenEarlier).toEqual({ from: now - 72 * HOUR, to: now - 48 * HOUR })
    expect(moved(evenEarlier, 1, now)).toEqual(earlier)
    expect(moved(earlier, 1, now)).toEqual({ period: '1d' })
  })

  it('keeps a range that was drawn over the change as it was drawn', () => {
    const change = Date.parse('2026-10-25T01:00Z') / 1000
    expect(drawn(change - HOUR, change + HOUR)).toEqual({ from: change - HOUR, to: change + HOUR })
    expect(moved(drawn(change - HOUR, change), 1, now)).toEqual({ from: change, to: change + HOUR })
  })
})
