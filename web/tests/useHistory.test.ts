import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref } from 'vue'

import { ApiError, type History, type Period } from '@/api/client'
import { plotOf, weightedMean } from '@/composables/historyPlot'
import { nextRecordAt, secondsToNextRecord, useHistory } from '@/composables/useHistory'

const FROM = 1_700_000_100
const records = (changes: Partial<History> = {}): History => ({
  node_id: 1,
  hostname: 'node01',
  period: '1d',
  from: FROM,
  to: FROM + 86_400,
  step: 300,
  timestamp: [FROM + 300, FROM + 600, FROM + 1500],
  cpu_percent: [10, 20, 90],
  cpu_percent_max: [15, 60, 100],
  memory_total: [100, 100, 200],
  memory_used: [40, 50, 60],
  memory_used_max: [45, 55, 65],
  memory_percent: [40, 50, 30],
  cpu_temp: [50, null, 70],
  cpu_temp_max: [55, null, 75],
  samples: [60, 60, 30],
  ...changes,
})

describe('records as charts draw them', () => {
  it('have an empty entry in every column where a record is missing', () => {
    const plot = plotOf(records())
    expect(plot.times).toEqual([FROM + 300, FROM + 600, FROM + 900, FROM + 1500])
    expect(plot.cpu.means).toEqual([10, 20, null, 90])
    expect(plot.cpu.peaks).toEqual([15, 60, null, 100])
    expect(plot.temperature.means).toEqual([50, null, null, 70])
    expect(plot.samples).toEqual([60, 60, null, 30])
  })

  it('tell how many there are of how many there could be', () => {
    const { recordsThere, recordsPossible } = plotOf(records())
    expect([recordsThere, recordsPossible]).toEqual([3, 288])
  })

  it('come to a mean in which each record counts as much as the samples it rests on', () => {
    expect(plotOf(records()).cpu.mean).toBeCloseTo((10 * 60 + 20 * 60 + 90 * 30) / 150)
    expect(weightedMean([null, 4], [60, 60])).toBe(4)
    expect(weightedMean([], [])).toBeNull()
  })

  it('of a node without a sensor have no temperature at all', () => {
    const { temperature } = plotOf(records({ cpu_temp: [null, null, null], cpu_temp_max: [null, null, null] }))
    expect(temperature.mean).toBeNull()
    expect(temperature.peak).toBeNull()
  })
})

describe('history', () => {
  let scope: ReturnType<typeof effectScope>
  const node = ref<string | null>(null)
  const period = ref<Period>('1d')
  const ask = vi.fn<(node: string, period: Period, signal?: AbortSignal) => Promise<History>>()

  function start() {
    const history = scope.run(() => useHistory({ history: ask }, node, period))
    if (!history) throw new Error('the scope has ended')
    return history
  }

  beforeEach(() => {
    // 10 s after a record's time, so that the next one is far.
    vi.useFakeTimers({ now: (FROM + 10) * 1000 })
    scope = effectScope()
    node.value = 'node01'
    period.value = '1d'
    ask.mockReset().mockResolvedValue(records())
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  it('is not asked for before there is a node', async () => {
    node.value = null
    const { history, isLoading } = start()
    await flushPromises()
    expect(ask).not.toHaveBeenCalled()
    expect([history.value, isLoading.value]).toEqual([null, false])
  })

  it('is read for the node and the period', async () => {
    const { plot } = start()
    await flushPromises()
    expect(ask.mock.calls[0]?.slice(0, 2)).toEqual(['node01', '1d'])
    expect(plot.value?.recordsThere).toBe(3)
  })

  it('keeps the old charts while another period is on its way', async () => {
    const { history, isLoading } = start()
    await flushPromises()
    period.value = '7d'
    await Promise.resolve()
    expect([history.value?.period, isLoading.value]).toEqual(['1d', true])
    ask.mockResolvedValue(records({ period: '7d' }))
  })

  it('shows nothing of one node under the name of another', async () => {
    const { history } = start()
    await flushPromises()
    ask.mockReturnValue(new Promise(() => undefined))
    node.value = 'node02'
    await flushPromises()
    expect(history.value).toBeNull()
  })

  it('takes the answer to the last question only', async () => {
    let late: (history: History) => void = () => undefined
    ask.mockReturnValueOnce(new Promise((resolve) => (late = resolve)))
    const { history } = start()
    ask.mockResolvedValueOnce(records({ period: '1m' }))
    period.value = '1m'
    await flushPromises()
    late(records({ period: '1d' }))
    await flushPromises()
    expect(history.value?.period).toBe('1m')
    expect(ask.mock.calls[0]?.[2]?.aborted).toBe(true)
  })

  it('tells an error, keeps what it has, and forgets the error with the next answer', async () => {
    const { history, error, read } = start()
    await flushPromises()
    ask.mockRejectedValueOnce(new ApiError(503, 'Busy.'))
    await read()
    expect(error.value).toBeInstanceOf(ApiError)
    expect(history.value).not.toBeNull()
    await read()
    expect(error.value).toBeNull()
  })

  it('is read again when the next record appears', async () => {
    start()
    await vi.advanceTimersByTimeAsync(0)
    expect(ask).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(300_000)
    expect(ask).toHaveBeenCalledTimes(2)
  })
})

describe('the next record', () => {
  it('appears at the end of the five minutes that run', () => {
    expect(nextRecordAt(600)).toBe(900)
    expect(nextRecordAt(899)).toBe(900)
  })

  it('is waited for until the last samples of its time are in', () => {
    expect(secondsToNextRecord(910)).toBe(298)
    expect(secondsToNextRecord(1207)).toBe(1)
    expect(secondsToNextRecord(1208)).toBe(300)
  })
})
