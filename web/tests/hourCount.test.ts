// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { hourCount } from '@/composables/hourCount'

const END = 1_700_000_100
const every = (interval: number, from: number, until: number) =>
  Array.from({ length: (until - from) / interval + 1 }, (_, index) => from + interval * index)
const hour = (interval: number) => every(interval, END - 3600 + interval, END)
const WHOLE = { missed: 0, since: null, outageSeconds: 0 }

describe('the samples of an hour', () => {
  it.each([5, 10, 30, 60])('are all there at an interval of %i s', (interval) => {
    expect(hourCount(hour(interval), END + 9, interval)).toEqual({ ...WHOLE, there: 3600 / interval })
    const holed = hour(interval).filter((_, index) => index !== 3 && index !== 20)
    expect(hourCount(holed, END + 9, interval)).toEqual({ ...WHOLE, there: 3600 / interval - 2, missed: 2 })
  })

  it('are never more than fit into an hour', () => {
    const longer = [END - 3605, END - 3600, ...hour(5)]
    expect(hourCount(longer, END + 9, 5)).toEqual({ ...WHOLE, there: 720 })
    expect(hourCount(longer, END + 12, 5)).toEqual({ ...WHOLE, there: 720 })
    expect(hourCount(longer, END + 25, 5)).toEqual({ ...WHOLE, there: 717, missed: 3 })
  })

  it('begin with the first if there were none before', () => {
    expect(hourCount([END], END + 2, 5)).toEqual({ ...WHOLE, there: 1, since: END })
    expect(hourCount(every(5, END - 100, END), END + 2, 5)).toEqual({ ...WHOLE, there: 21, since: END - 100 })
    expect(hourCount([], END, 5)).toEqual({ ...WHOLE, there: 0 })
  })

  it('do not count an outage as missed samples, whether it is over or not', () => {
    const before = every(5, END - 3595, END - 1500)
    expect(hourCount([...before, ...every(5, END - 900, END)], END + 5, 5)).toEqual({ ...WHOLE, there: 601, outageSeconds: 595 })
    expect(hourCount(before, END + 10, 5)).toEqual({ ...WHOLE, there: 420, outageSeconds: 1500 })
    expect(hourCount([END - 7200], END, 5)).toEqual({ ...WHOLE, there: 0 })
  })

  it('show that the interval was another one', () => {
    const change = END - 1800
    expect(hourCount([...every(5, END - 3595, change), ...every(30, change + 30, END)], END + 5, 30)).toMatchObject({ missed: 0 })
    expect(hourCount([...every(60, END - 3540, change), ...every(5, change + 5, END)], END + 5, 5)).toMatchObject({ missed: 0, since: null })
    expect(hourCount([END - 100, END - 90, END - 80], END - 80, 5)).toMatchObject({ missed: 2 })
  })
})
