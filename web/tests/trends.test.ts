import { describe, expect, it } from 'vitest'

import { grown, joined, joinedSeconds, sparkPath, TREND_SECONDS, type TrendPoint } from '@/composables/trends'
import { byMetric, MAIN_METRIC } from '@/metrics'

const point = (time: number, value: number | null = 10): TrendPoint => ({ time, metrics: byMetric(() => ({ value, upper: null })) })
const values = (points: readonly TrendPoint[]) => points.map(({ metrics }) => metrics[MAIN_METRIC].value)
const place = (time: number, value: number): [number, number] => [time, value]

describe('the last minutes', () => {
  it('have one point for each five seconds, the newest of them', () => {
    expect(values(grown([point(5), point(10, 1)], point(10, 2)))).toEqual([10, 2])
  })

  it('forget what is older, however long the page stays open', () => {
    let points: readonly TrendPoint[] = []
    for (let time = 0; time < 5 * TREND_SECONDS; time += 5) points = grown(points, point(time))
    expect(points.length).toBe(TREND_SECONDS / 5)
  })

  it('use the panel’s points up to the start of the visit', () => {
    expect(values(joined([point(30, 1), point(60, 2)], [point(45, 3), point(50, 4)]))).toEqual([1, 3, 4])
    expect(joined([point(30, 1)], [])).toHaveLength(1)
  })

  it.each([[5, 45], [10, 45], [25, 75], [60, 90]])('at an interval of %i s are joined over %i s: the panel’s own points are that far apart', (interval, seconds) => {
    expect(joinedSeconds(interval)).toBe(seconds)
    const step = Math.ceil(30 / interval) * interval
    expect(sparkPath([0, step, 2 * step], [1, 2, 3], place, joinedSeconds(interval)).match(/M/g)).toHaveLength(1)
  })

  it('are drawn with a gap if nothing came', () => {
    expect(sparkPath([0, 30, 90], [1, 2, 3], place, 45)).toBe('M0.0 1.0h0.01L30.0 2.0M90.0 3.0h0.01')
    expect(sparkPath([0, 5, 10], [1, null, 3], place, 45).match(/M/g)).toHaveLength(2)
  })
})
