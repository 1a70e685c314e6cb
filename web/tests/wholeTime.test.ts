import { describe, expect, it } from 'vitest'

import ClusterMetric from '@/components/ClusterMetric.vue'
import CurveValues from '@/components/CurveValues.vue'
import HistoryReadout from '@/components/HistoryReadout.vue'
import { summaryOf } from '@/composables/clusterSummary'
import { plotOne, plotSpread } from '@/history/plot'
import { metricOf } from '@/metrics'

import { show } from './mounting'
import { realtimeNode } from './nodes'
import { FROM, records, spread } from './records'

describe('beside the value at the crosshair', () => {
  const plot = plotOne(records())
  const hovered = { time: FROM + 600, index: 1 }

  it('the shown time stays visible', () => {
    const whole = show(HistoryReadout, { plot, hovered: null }).get('.history-readout > span').text()
    const parts = show(HistoryReadout, { plot, hovered }).findAll('.history-readout > span').map((part) => part.text())
    expect(parts[0]).toBe(whole)
    expect(parts[1]).toContain('60 of 60 samples')
  })

  it('is no median of a set that has no records', () => {
    const known = spread()
    const empty = Object.fromEntries(Object.entries(known).map(([name, value]) => [name, Array.isArray(value) ? [] : value])) as unknown as typeof known
    const [text, none] = [known, empty].map((set) => show(HistoryReadout, { plot: plotSpread(set, 'n[1-12]'), hovered: null }).text())
    expect(text).toContain('Median of 12 nodes')
    expect(none).toContain('0 of 144 records')
    expect(none).not.toContain('Median')
  })

  it('its mean and maximum stay too', () => {
    const values = (at: typeof hovered | null) =>
      show(CurveValues, { plot, metric: metricOf('cpu_percent'), hovered: at }).findAll('dl > div').map((part) => part.text())
    expect(values(null)).toEqual(['mean30.0%', 'max100.0%'])
    expect(values(hovered)).toEqual(['mean20.0%', 'max60.0%', 'all30.0%, max 100.0%'])
  })
})

describe('the temperature of a cluster', () => {
  const told = (nodes: Parameters<typeof summaryOf>[0]) => {
    const props = { metric: metricOf('cpu_temp'), summary: summaryOf(nodes).metrics.cpu_temp, trends: [], interval: 5, isOld: false }
    return show(ClusterMetric, props).text()
  }

  it('does not lack a sensor just because no node is up', () => {
    expect(told([])).toContain('–')
    expect(told([realtimeNode({ state: 'down' })])).toContain('–')
    expect(told([realtimeNode({ cpu_temp: null })])).toContain('no sensor')
  })
})
