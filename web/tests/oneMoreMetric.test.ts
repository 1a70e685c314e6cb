/** An invented fourth metric: with one line in the panel's list, a name and a sentence, it is shown wherever metrics are. */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import type { History, RealtimeNode } from '@/api/client'
import { summaryOf } from '@/composables/clusterSummary'
import { appended, type Recent } from '@/composables/useRecent'
import ClusterSummary from '@/components/ClusterSummary.vue'
import HeatLegend from '@/components/HeatLegend.vue'
import HeatTip from '@/components/HeatTip.vue'
import NodeTable from '@/components/NodeTable.vue'
import NodeTools from '@/components/NodeTools.vue'
import { csvOf } from '@/history/csv'
import { plotOne } from '@/history/plot'
import { en } from '@/i18n/en'
import { metricOf, type MetricName } from '@/metrics'

import { show } from './mounting'
import { realtimeNode } from './nodes'
import { FROM, records } from './records'

vi.mock('@/api/metrics', async (original) => {
  const { METRICS } = await original<typeof import('@/api/metrics')>()
  const fourth = { name: 'gpu_power', unit: 'W', low: 0, high: 1000, digits: 2, nullable: true, ofTotal: null, columns: { mean: 'gpu_power', max: 'gpu_power_max' } }
  return { METRICS: [...METRICS, fourth] }
})

const NAME = 'gpu_power' as MetricName
const NOW = 1_700_000_000
const node = (watts: number | null, changes: Partial<RealtimeNode> = {}) => realtimeNode({ ...{ gpu_power: watts }, ...changes })
const words = en.metrics as Record<string, { name: string; is: string }>

beforeAll(() => {
  words[NAME] = { name: 'GPU power', is: 'What the GPUs draw together' }
})
afterAll(() => {
  Reflect.deleteProperty(words, NAME)
})

describe('one more metric', () => {
  it('has a column in the table, with its unit or the word that there is no sensor', () => {
    const table = show(NodeTable, { nodes: [node(230.46), node(null, { id: 2 })], now: NOW, isOld: false, sort: 'name' })
    expect(table.get('th.gpu_power').text()).toBe('GPU power')
    expect(table.findAll('td.gpu_power').map((cell) => cell.text())).toEqual(['230.5 W', 'no sensor'])
    expect(table.attributes('style')).toContain('var(--column-plain) var(--column-plain)')
  })

  it('has a tile with its highest', () => {
    const summary = summaryOf([node(100, { name: 'a' }), node(300, { name: 'b' }), node(null)])
    const text = show(ClusterSummary, { summary, state: 'all', isPart: false, trends: [], interval: 5, feed: 'stream', panelTime: NOW }).text()
    expect(text).toMatch(/GPU power, max\s*300.0 W b/)
  })

  it('can be chosen for the map, which has a scale and a tip for it', () => {
    const tools = show(NodeTools, { shown: 1, nodes: [], troubles: [], search: '', state: 'all', view: 'both', metric: NAME })
    expect(tools.get('.choice-bar [aria-pressed=true]').text()).toBe('GPU power')
    const counts = { up: 1, down: 0, never: 0, disabled: 0 }
    expect(show(HeatLegend, { metric: metricOf(NAME), counts, isOld: false, lacksValues: false }).text()).toMatch(/≤ 0 W\s*≥ 1,000 W/)
    const tip = show(HeatTip, { node: node(230.46), now: NOW, isOld: false, x: 0, y: 0, cell: { cellWidth: 9, cellHeight: 9 }, width: 99 })
    expect(tip.text()).toContain('GPU power230.5 W')
  })

  it('extends the last hour', () => {
    const recent = { timestamp: [NOW - 5], cpu_percent: [1], memory_used: [1], cpu_temp: [null], gpu_power: [200] } as unknown as Recent
    expect(appended(recent, node(210, { timestamp: NOW }))).toMatchObject({ gpu_power: [200, 210] })
  })

  it('is drawn and exported with the others', () => {
    const history = records({ ...{ gpu_power: [200, 300, null], gpu_power_max: [250, 310, null] } } as Partial<History>)
    const plot = plotOne(history)
    expect(plot.metrics[NAME]).toMatchObject({ low: [200, 300, null, null], high: [250, 310, null, null], range: [0, 310] })
    const [head, first] = csvOf(plot).split('\r\n')
    expect(head).toContain('GPU power mean (W),GPU power max (W)')
    expect(first).toContain(`${String(FROM + 300)},10,15,40,45,50,55,200,250`)
  })
})
