import { describe, expect, it } from 'vitest'

import { stretchesOf } from '@/history/coverage'
import { csvOf } from '@/history/csv'
import { summed, weightedMean } from '@/history/curve'
import { plotOne, plotSeveral, plotSpread, possibleOf } from '@/history/plot'

import { FROM, records, setOf, spread } from './records'

const named = (hostname: string) => hostname.toUpperCase()

describe('the records of one node as charts draw them', () => {
  it('have an empty entry in every column for a missing record', () => {
    const { times, metrics, basis } = plotOne(records())
    expect(times).toEqual([FROM + 300, FROM + 600, FROM + 900, FROM + 1500])
    expect(metrics.cpu_percent.curves[0]?.values).toEqual([10, 20, null, 90])
    expect(metrics.cpu_percent.high).toEqual([15, 60, null, 100])
    expect(metrics.cpu_temp.low).toEqual([50, null, null, 70])
    expect(basis).toEqual([60, 60, null, 30])
  })

  it('have their number and how many there could be', () => {
    const { recordsThere, recordsPossible } = plotOne(records())
    expect([recordsThere, recordsPossible]).toEqual([3, 288])
  })

  it('have a mean in which each record counts by its samples', () => {
    expect(plotOne(records()).metrics.cpu_percent.curves[0]?.mean).toBeCloseTo((10 * 60 + 20 * 60 + 90 * 30) / 150)
    expect(weightedMean([null, 4], [60, 60])).toBe(4)
    expect(weightedMean([], [])).toBeNull()
  })

  it.each([[5, 60], [10, 30], [25, 12], [45, 6], [60, 5]])('at an interval of %i s are whole with %i samples', (interval, whole) => {
    const { basisOf, lanes } = plotOne(records({ interval }))
    expect([basisOf, lanes[0]?.basisOf]).toEqual([whole, whole])
    expect(plotSeveral({ ...setOf('a', 'b'), interval }, named).basisOf).toBe(2 * whole)
  })

  it('that come as hours are complete with twelve times as many samples', () => {
    const hours = { step: 3600, timestamp: [FROM + 3600, FROM + 7200, FROM + 14_400], samples: [720, 720, 360] }
    expect(plotOne(records(hours))).toMatchObject({ basisOf: 720, recordsPossible: 24, times: [FROM + 3600, FROM + 7200, FROM + 10_800, FROM + 14_400] })
  })

  it('of a shorter interval than the current one are complete, and count as much', () => {
    const plot = plotOne(records({ interval: 60, samples: [60, 60, 5] }))
    expect(plot.metrics.cpu_percent.curves[0]?.mean).toBe((10 + 20 + 90) / 3)
    expect(plot.basis.map((there) => possibleOf(there, plot.basisOf))).toEqual([60, 60, 5, 5])
    expect(stretchesOf(plot, plot).every(({ share }) => share === 1)).toBe(true)
  })

  it('of a node without a sensor have no temperature at all', () => {
    const { cpu_temp: temperature } = plotOne(records({ cpu_temp: [null, null, null], cpu_temp_max: [null, null, null] })).metrics
    expect(temperature.hasValues).toBe(false)
  })
})

describe('the records of a few nodes', () => {
  it('share their times; one that lacks a record has its own gap', () => {
    const { times, metrics, basis, basisOf, lanes } = plotSeveral(setOf('a', 'b'), named)
    expect(times).toEqual([FROM + 300, FROM + 600, FROM + 900, FROM + 1500])
    expect(metrics.cpu_percent.curves.map(({ name, values }) => [name, values])).toEqual([
      ['A', [10, 20, null, 90]],
      ['B', [null, 70, null, 80]],
    ])
    expect([basis, basisOf]).toEqual([[60, 120, null, 90], 120])
    expect(lanes.map(({ name, basis: own }) => [name, own])).toEqual([
      ['A', [60, 60, null, 30]],
      ['B', [null, 60, null, 60]],
    ])
  })

  it('are summed if there is anything', () => {
    expect(summed([[1, null, null], [2, 3, null]])).toEqual([3, 3, null])
    expect(summed([])).toEqual([])
  })
})

describe('the records of a set', () => {
  it('are a median with a band, memory in percent, and their number of nodes', () => {
    const { metrics, basis, basisOf, step } = plotSpread(spread(), 'node[01-12]')
    expect([metrics.cpu_percent.low, metrics.cpu_percent.curves[0]?.values, metrics.cpu_percent.high]).toEqual([[5, 6], [50, 60], [95, 96]])
    expect([metrics.memory_used.isShare, metrics.cpu_temp.isShare]).toEqual([true, false])
    expect([basis, basisOf, step]).toEqual([[12, 6], 12, 600])
  })
})

describe('the coverage', () => {
  it('joins what is equally covered and leaves gaps out', () => {
    const stretches = stretchesOf({ times: [300, 600, 900, 1500], step: 300 }, { basis: [60, 60, null, 30], basisOf: 60 })
    expect(stretches).toEqual([
      { from: 0, to: 600, share: 1 },
      { from: 1200, to: 1500, share: 0.5 },
    ])
  })

  it('never shows a record that lacks one sample as complete, nor one sample as none', () => {
    const shares = stretchesOf({ times: [300, 600], step: 300 }, { basis: [59, 1], basisOf: 60 }).map(({ share }) => share)
    expect(shares).toEqual([0.95, 0.05])
  })
})

describe('the CSV', () => {
  it('of one node has units in its header and a row for each record', () => {
    const [head, first, ...more] = csvOf(plotOne(records())).split('\r\n')
    expect(head).toBe(
      'time (UTC),timestamp (Unix seconds),CPU mean (%),CPU max (%),memory used mean (bytes),memory used max (bytes),' +
        'CPU temperature mean (°C),CPU temperature max (°C),memory total (bytes),samples (of 60)',
    )
    expect(first).toBe(`2023-11-14T22:20:00Z,${String(FROM + 300)},10,15,40,45,50,55,100,60`)
    expect(more).toHaveLength(3)
  })

  it('of a few nodes has columns for each, and of a set its percentiles', () => {
    expect(csvOf(plotSeveral(setOf('a', 'b'), named)).split('\r\n')[0]).toContain('A CPU mean (%),B CPU mean (%)')
    expect(csvOf(plotSpread(spread(), 'x')).split('\r\n')[0]).toContain('memory used median (%)')
    expect(csvOf(plotSpread(spread(), 'x')).split('\r\n')[0]).toContain('nodes reporting (of 12)')
  })

  it('quotes a name with a comma', () => {
    expect(csvOf(plotSeveral(setOf('a', 'b'), () => 'r1,n1'))).toContain('"r1,n1 CPU mean (%)"')
  })
})
