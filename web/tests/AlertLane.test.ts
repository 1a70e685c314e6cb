import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'

import { foldAlerts } from '@/alerts/fold'
import type { Alert } from '@/api/client'
import AlertLane from '@/components/AlertLane.vue'
import { outlineOf } from '@/heatmap/outline'
import { plotOne } from '@/history/plot'

import { alert, openAlert, SINCE } from './findings'
import { show } from './mounting'

const FROM = SINCE - 3600
const TO = SINCE + 10_800
const plot = plotOne({ node_id: 1, hostname: 'cn1201', period: null, from: FROM, to: TO, step: 300, interval: 5, timestamp: [SINCE] } as never)

function lane(alerts: Alert[], time?: number) {
  return show(AlertLane, { plot, marks: foldAlerts(alerts), hovered: time === undefined ? null : { time, index: 0 } })
}
const sentences = (view: ReturnType<typeof lane>) => view.findAll('li').map((line) => line.text())

describe('the marks under the charts', () => {
  it('are missing if there was no alert', () => {
    expect(lane([]).find('section').exists()).toBe(false)
  })

  it('reach from beginning to end, within what the charts show', () => {
    const marks = lane([alert(), openAlert({ id: 12, rule: 'memory', began_at: FROM - 900, severity: 'warning' })]).findAll('a rect')
    const places = marks.map((mark) => [mark.classes()[0], Number(mark.attributes('x')), Number(mark.attributes('width'))])
    // The worst is drawn over the others.
    expect(places).toEqual([
      ['warning', 0, TO - FROM],
      ['critical', 3600, 3600],
    ])
  })

  it('are wide enough to be seen, at the very end too', () => {
    const mark = lane([alert({ began_at: TO - 1, over_at: TO, closed_at: TO })]).get('a rect')
    const [x, width] = [Number(mark.attributes('x')), Number(mark.attributes('width'))]
    expect(width).toBeCloseTo((TO - FROM) / 300)
    expect(x + width).toBeCloseTo(TO - FROM)
  })

  it('have a sentence, and lead to their alert', async () => {
    const view = lane([alert(), alert({ id: 12, severity: 'warning', rule: 'memory', what: { en: 'memory 98% in use', zh: '' } })])
    await flushPromises()
    expect(sentences(view)).toEqual(['hot: 97.4 °C, limit 95 °C · 24 Nov, 14:00 – 15:00', 'memory 98% in use · 24 Nov, 14:00 – 15:00'])
    const [memory] = view.findAll('a')
    expect(memory?.attributes('href')).toBe('/alerts/12')
    expect(memory?.attributes('aria-label')).toBe('warning: memory 98% in use · 24 Nov, 14:00 – 15:00')
    await memory?.trigger('focus')
    expect(sentences(view)).toEqual(['memory 98% in use · 24 Nov, 14:00 – 15:00'])
    await memory?.trigger('blur')
    expect(sentences(view)).toHaveLength(2)
  })

  it('are counted if there are more than have a sentence', () => {
    const five = [11, 12, 13, 14, 15].map((id, hour) => alert({ id, began_at: SINCE - 3500 + 600 * hour }))
    expect(sentences(lane(five.slice(0, 3)))).toHaveLength(3)
    expect(sentences(lane(five))).toHaveLength(4)
    expect(sentences(lane(five))[3]).toBe('2 more')
    expect(sentences(lane(five, SINCE - 2750))).toEqual(expect.not.arrayContaining([expect.stringContaining('more')]))
  })

  it('show at the crosshair what was open then', () => {
    const later = alert({ id: 12, began_at: SINCE + 7200, over_at: SINCE + 9000, closed_at: SINCE + 9300 })
    expect(sentences(lane([alert(), later], SINCE + 60))).toEqual(['hot: 97.4 °C, limit 95 °C · 24 Nov, 14:00 – 15:00'])
    expect(sentences(lane([alert(), later], SINCE + 5000))).toEqual([])
  })
})

describe('the outline in the map', () => {
  const line = (first: number, y: number) => ({ group: 0, first, count: 2, label: '', x: 0, y })
  const layout = { cellWidth: 10, cellHeight: 8, labelWidth: 0, lines: [line(0, 0), line(2, 8)], labels: [], height: 16 }

  it('goes around neighbours together', () => {
    const sides = outlineOf(layout, (node) => node === 0 || node === 1, 2).match(/M/g)
    expect(sides).toHaveLength(6)
    expect(outlineOf(layout, () => true, 2).match(/M/g)).toHaveLength(8)
  })

  it('is in the middle of the gaps, and empty for no nodes', () => {
    expect(outlineOf(layout, (node) => node === 3, 2)).toBe('M9 7H19M9 15H19M9 7V15M19 7V15')
    expect(outlineOf(layout, () => false, 2)).toBe('')
  })
})
