import { defineComponent } from 'vue'
import { describe, expect, it, vi } from 'vitest'

import ClusterCharts from '@/components/ClusterCharts.vue'
import { plotCluster } from '@/history/cluster'

import { show } from './mounting'
import { clusterPast } from './records'

const Chart = vi.hoisted(() => ({ component: {} }))
vi.mock('@/components/MetricsChart.vue', () => ({ default: Chart.component }))
Object.assign(Chart.component, defineComponent({ name: 'MetricsChart', inheritAttrs: false, template: '<i />' }))

describe('the charts of the whole cluster', () => {
  it('get nothing new while the crosshair moves, so that they are not drawn again', async () => {
    const plot = plotCluster(clusterPast(), 'all', (id) => `n${String(id)}`)
    const view = show(ClusterCharts, { plot, nodes: [], marks: [], hovered: null })
    const given = () => view.findAllComponents({ name: 'MetricsChart' }).flatMap(({ vm }) => ['line', 'times', 'timeRange', 'moments'].map((name) => vm.$attrs[name]))
    const before = given()
    const text = view.text()
    await view.setProps({ hovered: { time: plot.times[1] ?? 0, index: 1 } })
    expect(view.text()).not.toBe(text)
    expect(before).toHaveLength(3 * 4)
    for (const [index, value] of given().entries()) expect(value).toBe(before[index])
  })
})
