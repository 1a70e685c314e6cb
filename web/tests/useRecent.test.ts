import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'

import type { RealtimeNode, RealtimeOne } from '@/api/client'
import { appended, entriesOf, type Recent, useRecent } from '@/composables/useRecent'

import { realtimeNode } from './nodes'

const NOW = 1_700_000_000
const hour = (...timestamp: number[]) =>
  ({
    timestamp,
    cpu_percent: timestamp.map(() => 10),
    memory_used: timestamp.map(() => 1),
    cpu_temp: timestamp.map(() => null),
  }) as Recent // Without metrics that came later.

describe('the last hour', () => {
  it('gains a new sample and loses what is an hour older', () => {
    const sample = realtimeNode({ timestamp: NOW, cpu_percent: 77, memory_used: 5, cpu_temp: 60 })
    expect(appended(hour(NOW - 3600, NOW - 3595, NOW - 5), sample)).toEqual({
      timestamp: [NOW - 3595, NOW - 5, NOW],
      cpu_percent: [10, 10, 77],
      memory_used: [1, 1, 5],
      cpu_temp: [null, null, 60],
    })
  })

  it('stays unchanged if it has the sample already, or it is not a sample', () => {
    const recent = hour(NOW - 5, NOW)
    expect(appended(recent, realtimeNode({ timestamp: NOW }))).toBe(recent)
    expect(appended(recent, realtimeNode({ timestamp: null, cpu_percent: null, memory_used: null }))).toBe(recent)
  })
})

describe('one node over time', () => {
  let scope: ReturnType<typeof effectScope>
  const newest = shallowRef<RealtimeNode>(realtimeNode())
  const restarts = shallowRef(1)
  const interval = shallowRef(5)
  const realtimeOf = vi.fn<(node: string, signal?: AbortSignal) => Promise<RealtimeOne>>()

  function start() {
    const recent = scope.run(() => useRecent({ realtimeOf }, newest, restarts, interval))
    if (!recent) throw new Error('the scope has ended')
    return recent
  }

  beforeEach(() => {
    scope = effectScope()
    interval.value = 5
    newest.value = realtimeNode({ hostname: 'node01', timestamp: NOW })
    realtimeOf.mockReset().mockResolvedValue({ recent: hour(NOW - 10, NOW - 5), records: hour(), agent_version: '0.2.0', sensor: 'acpitz' } as RealtimeOne)
  })
  afterEach(() => {
    scope.stop()
  })

  it('begins with the panel’s hour, with the newest sample at its end', async () => {
    const { recent, agent } = start()
    await flushPromises()
    expect(agent.value).toEqual({ version: '0.2.0', sensor: 'acpitz' })
    expect(realtimeOf.mock.calls[0]?.[0]).toBe('node01')
    expect(recent.value.timestamp).toEqual([NOW - 10, NOW - 5, NOW])
  })

  it('appends the next sample without another request', async () => {
    const { recent } = start()
    await flushPromises()
    newest.value = realtimeNode({ timestamp: NOW + 5 })
    await nextTick()
    expect(recent.value.timestamp.at(-1)).toBe(NOW + 5)
    expect(realtimeOf).toHaveBeenCalledTimes(1)
  })

  it('asks again when a sample may have been missed', async () => {
    start()
    await flushPromises()
    newest.value = realtimeNode({ timestamp: NOW + 15 })
    await flushPromises()
    expect(realtimeOf).toHaveBeenCalledTimes(2)
  })

  it('with a minute between samples appends the next one without another request', async () => {
    interval.value = 60
    realtimeOf.mockResolvedValue({ recent: hour(NOW - 120, NOW - 60), records: hour(), agent_version: null, sensor: null } as RealtimeOne)
    const { recent } = start()
    await flushPromises()
    newest.value = realtimeNode({ timestamp: NOW + 60 })
    await flushPromises()
    expect(recent.value.timestamp).toEqual([NOW - 120, NOW - 60, NOW, NOW + 60])
    expect(realtimeOf).toHaveBeenCalledTimes(1)
    newest.value = realtimeNode({ timestamp: NOW + 180 })
    await flushPromises()
    expect(realtimeOf).toHaveBeenCalledTimes(2)
  })

  it('asks again when the interval has changed', async () => {
    start()
    await flushPromises()
    interval.value = 10
    await flushPromises()
    expect(realtimeOf).toHaveBeenCalledTimes(2)
  })

  it('asks again when the data started over', async () => {
    start()
    await flushPromises()
    restarts.value += 1
    await flushPromises()
    expect(realtimeOf).toHaveBeenCalledTimes(2)
  })

  it('keeps what it has when the panel is away', async () => {
    const { recent, error } = start()
    await flushPromises()
    realtimeOf.mockRejectedValue(new Error('away'))
    restarts.value += 1
    await flushPromises()
    expect(error.value).toBeInstanceOf(Error)
    expect(recent.value.timestamp).toHaveLength(3)
  })
})

describe('the entries of an hour', () => {
  it('are its samples, and without samples each interval of its records', () => {
    const { times, sources, records } = entriesOf([1000, 1060], [600, 900], 60)
    expect(times).toEqual([360, 420, 480, 540, 600, 660, 720, 780, 840, 900, 960, 1000, 1060])
    expect(sources).toEqual([-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 1])
    expect(records).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, -1, -1, -1])
  })
})
