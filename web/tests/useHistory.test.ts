import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref, shallowRef } from 'vue'

import { ApiError, type History } from '@/api/client'
import { nextRecordAt, secondsToNextRecord, useHistory } from '@/composables/useHistory'
import { everyNode, isProblem, type Target, targetOf } from '@/history/target'
import type { When } from '@/history/when'

import { listedNode } from './nodes'
import { clusterPast, FROM, records, setOf, spread } from './records'

const NODES = Array.from({ length: 12 }, (_, index) => listedNode({ id: index + 1, name: `node${String(index + 1).padStart(2, '0')}`, hostname: `node${String(index + 1).padStart(2, '0')}` }))

function named(text: string): Target {
  const target = targetOf(text, NODES)
  if (isProblem(target)) throw new Error(`${text} is nobody's name`)
  return target
}

describe('history', () => {
  let scope: ReturnType<typeof effectScope>
  const target = shallowRef<Target | null>(null)
  const when = ref<When>({ period: '1d' })
  const panelTime = shallowRef<number | null>(FROM + 10)
  const ask = vi.fn<(node: string, when: When, signal?: AbortSignal, isExact?: boolean) => Promise<History>>()
  const askSet = vi.fn(() => Promise.resolve(setOf('node01', 'node02')))
  const askSpread = vi.fn(() => Promise.resolve(spread()))
  const askCluster = vi.fn(() => Promise.resolve(clusterPast()))
  const hasLines = shallowRef(false)

  function start() {
    const history = scope.run(() => useHistory({ history: ask, historyOfSet: askSet, spread: askSpread, cluster: askCluster }, target, when, panelTime, hasLines))
    if (!history) throw new Error('the scope has ended')
    return history
  }

  beforeEach(() => {
    // 10 s after a record's time, so that the next one is far away.
    vi.useFakeTimers({ now: (FROM + 10) * 1000 })
    scope = effectScope()
    target.value = named('node01')
    when.value = { period: '1d' }
    panelTime.value = FROM + 10
    ask.mockReset().mockResolvedValue(records())
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  it('is not requested before there is a node', async () => {
    target.value = null
    const { plot, isLoading } = start()
    await flushPromises()
    expect(ask).not.toHaveBeenCalled()
    expect([plot.value, isLoading.value]).toEqual([null, false])
  })

  it('is read for the node and the period', async () => {
    const { plot } = start()
    await flushPromises()
    expect(ask.mock.calls[0]?.slice(0, 2)).toEqual(['node01', { period: '1d' }])
    expect(plot.value?.recordsThere).toBe(3)
  })

  it('is read in full precision for files, over the time that is shown', async () => {
    const { readExact } = start()
    expect(await readExact()).toBeNull()
    await flushPromises()
    expect((await readExact())?.recordsThere).toBe(3)
    const { from, to } = records()
    expect(ask.mock.calls.map(([, asked, , isExact]) => [asked, isExact])).toEqual([
      [{ period: '1d' }, false],
      [{ from, to }, true],
    ])
  })

  it('keeps the old charts while another period is on its way', async () => {
    const { plot, isLoading } = start()
    await flushPromises()
    ask.mockReturnValue(new Promise(() => undefined))
    when.value = { period: '7d' }
    await Promise.resolve()
    expect([plot.value?.recordsThere, isLoading.value]).toEqual([3, true])
  })

  it('shows nothing of one node under the name of another', async () => {
    const { plot } = start()
    await flushPromises()
    ask.mockReturnValue(new Promise(() => undefined))
    target.value = named('node02')
    await flushPromises()
    expect(plot.value).toBeNull()
  })

  it('takes only the answer to the last request', async () => {
    let late: (history: History) => void = () => undefined
    ask.mockReturnValueOnce(new Promise((resolve) => (late = resolve)))
    const { plot } = start()
    ask.mockResolvedValueOnce(records({ to: FROM + 30 * 86_400 }))
    when.value = { period: '1m' }
    await flushPromises()
    late(records())
    await flushPromises()
    expect(plot.value?.to).toBe(FROM + 30 * 86_400)
    expect(ask.mock.calls[0]?.[2]?.aborted).toBe(true)
  })

  it('reports an error, keeps what it has, and clears the error with the next answer', async () => {
    const { plot, error, read } = start()
    await flushPromises()
    ask.mockRejectedValueOnce(new ApiError(503, 'Busy.'))
    await read()
    expect(error.value).toBeInstanceOf(ApiError)
    expect(plot.value).not.toBeNull()
    await read()
    expect(error.value).toBeNull()
  })

  it('of a few nodes is requested as a set, and of many as a spread', async () => {
    target.value = named('node[01-02]')
    const { plot } = start()
    await flushPromises()
    expect(askSet.mock.calls[0]?.slice(0, 2)).toEqual(['node[01-02]', { period: '1d' }])
    expect(plot.value?.kind).toBe('several')
    target.value = named('node[01-12] !node05')
    await flushPromises()
    expect(askSpread.mock.calls[0]?.slice(0, 2)).toEqual(['node[01-04,06-12]', { period: '1d' }])
    expect(plot.value?.kind).toBe('set')
  })

  it('of a range that is over is read once', async () => {
    when.value = { from: 100, to: 700 }
    start()
    await vi.advanceTimersByTimeAsync(900_000)
    expect(ask).toHaveBeenCalledTimes(1)
  })

  it('is read again when the next record appears', async () => {
    start()
    await vi.advanceTimersByTimeAsync(0)
    expect(ask).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(300_000)
    expect(ask).toHaveBeenCalledTimes(2)
  })

  it.each([-3730, 3730])("is read again when the panel has the next record, though the viewer's clock is %i s off", async (offset) => {
    vi.setSystemTime((FROM + 10 + offset) * 1000)
    start()
    await vi.advanceTimersByTimeAsync(297_000)
    expect(ask).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(2000)
    expect(ask).toHaveBeenCalledTimes(2)
  })

  it('of all nodes is that of the cluster, and as lines that of any set', async () => {
    target.value = everyNode(NODES)
    const { plot } = start()
    await flushPromises()
    expect([plot.value?.kind, plot.value?.basis, plot.value?.basisOf]).toEqual(['cluster', [12, 9, null], 12])
    hasLines.value = true
    await flushPromises()
    expect(plot.value?.kind).toBe('set')
    hasLines.value = false
  })

  it('is read again by the time of the answer if the panel has sent no other', async () => {
    panelTime.value = null
    ask.mockResolvedValue(records({ to: FROM + 200 }))
    start()
    await vi.advanceTimersByTimeAsync(107_000)
    expect(ask).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(2000)
    expect(ask).toHaveBeenCalledTimes(2)
  })

  it('is tried again after an error, whether or not the panel has sent its time', async () => {
    panelTime.value = null
    ask.mockRejectedValue(new ApiError(0, 'away'))
    start()
    await vi.advanceTimersByTimeAsync(301_000)
    expect(ask).toHaveBeenCalledTimes(2)
  })
})

describe('the next record', () => {
  it('appears at the end of the current five minutes', () => {
    expect(nextRecordAt(600)).toBe(900)
    expect(nextRecordAt(899)).toBe(900)
  })

  it('is awaited until the last samples of its time have come', () => {
    expect(secondsToNextRecord(910)).toBe(298)
    expect(secondsToNextRecord(1207)).toBe(1)
    expect(secondsToNextRecord(1208)).toBe(300)
  })
})
