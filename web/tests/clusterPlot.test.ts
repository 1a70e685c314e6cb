// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { placeOfHighest, plotCluster, stacked } from '@/history/cluster'
import { csvOf } from '@/history/csv'
import { everyNode } from '@/history/target'

import { listedNode } from './nodes'
import { clusterPast } from './records'

const nameOf = (id: number) => `n${String(id)}`

describe('the cluster as charts draw it', () => {
  const plot = plotCluster(clusterPast(), 'all', nameOf)

  it('has what its nodes did, and the names of the hottest', () => {
    expect(plot.cluster?.counts.down).toEqual([0, 3, 3])
    expect(plot.cluster?.highestNodes).toEqual({ cpu_temp: ['n1', 'n2', null] })
    expect(plot.metrics.memory_used).toMatchObject({ isShare: true, hasValues: true, range: [0, 100] })
    expect(plot.metrics.cpu_temp.curves[0]?.values).toEqual([70, 81.5, null])
    // Weighted by how many nodes reported.
    expect(plot.metrics.cpu_percent.curves[0]?.mean).toBeCloseTo((40 * 12 + 20 * 9) / 21)
  })

  it('stacks the counts in the requested order', () => {
    expect(stacked(clusterPast(), ['busy', 'idle', 'unknown', 'down'])).toEqual([[8, 6, 0], [12, 9, 0], [12, 9, 9], [12, 12, 12]])
  })

  it('knows when it was hottest', () => {
    expect(placeOfHighest([null, 3, 9, 9])).toBe(2)
    expect(placeOfHighest([null])).toBeNull()
  })

  it('is saved with all of it', () => {
    const [head, first] = csvOf(plot).split('\r\n')
    expect(head).toBe('time (UTC),timestamp (Unix seconds),nodes busy,nodes idle,nodes down,nodes unknown,CPU mean (%),memory used mean (%),CPU temperature highest (°C)')
    expect(first?.split(',').slice(2)).toEqual(['8', '4', '0', '0', '40', '30', '70'])
  })
})

describe('all nodes', () => {
  it('are the enabled ones, or all if none is enabled', () => {
    const nodes = [listedNode({ name: 'n1', hostname: 'n1' }), listedNode({ id: 2, name: 'n2', hostname: 'n2', state: 'disabled' })]
    expect(everyNode(nodes)).toMatchObject({ kind: 'one', hostnames: 'n1', isCluster: true })
    expect(everyNode(nodes.slice(1))).toMatchObject({ hostnames: 'n2' })
    expect(everyNode([])).toBeNull()
  })
})
