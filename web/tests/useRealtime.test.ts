import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'

import { merged, STALE_SECONDS, useRealtime } from '@/composables/useRealtime'

import { FakeStreams } from './fakeStream'
import { realtime, realtimeNode } from './nodes'

const NOW = 1_700_000_000
const one = realtimeNode({ id: 1, name: 'node1', hostname: 'node1' })
const two = realtimeNode({ id: 2, name: 'node2', hostname: 'node2' })
const ten = realtimeNode({ id: 10, name: 'node10', hostname: 'node10' })

let streams: FakeStreams
let scope: ReturnType<typeof effectScope>

function start(answer: () => Promise<ReturnType<typeof realtime>> = () => Promise.reject(new Error('away'))) {
  const live = scope.run(() => useRealtime({ openStream: streams.open, realtime: answer }))
  if (!live) throw new Error('the scope has ended')
  return live
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000)

beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000 })
  streams = new FakeStreams()
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

describe('the nodes', () => {
  it('are in order of name, numbers as numbers', () => {
    const live = start()
    streams.last.say('snapshot', realtime(NOW, [ten, two, one]))
    expect(live.nodes.value.map(({ name }) => name)).toEqual(['node1', 'node2', 'node10'])
  })

  it('change if a sample came, and otherwise stay the same objects', () => {
    const live = start()
    streams.last.say('snapshot', realtime(NOW, [one, two]))
    const before = live.nodes.value
    streams.last.say('samples', realtime(NOW + 5, [{ ...two, timestamp: NOW + 5, cpu_percent: 99 }]))
    expect(live.nodes.value[0]).toBe(before[0])
    expect(live.nodes.value[1]).toMatchObject({ id: 2, cpu_percent: 99, timestamp: NOW + 5 })
  })

  it('are those of the newest snapshot: a removed one is gone', () => {
    const live = start()
    streams.last.say('snapshot', realtime(NOW, [one, two]))
    streams.last.say('snapshot', realtime(NOW + 1, [two]))
    expect(live.nodes.value.map(({ id }) => id)).toEqual([2])
  })

  it('do not grow with a sample of an unknown node', () => {
    expect(merged([one], [two])).toEqual([one])
  })

  it('stay the same list when nothing changed', () => {
    const nodes = [one, two]
    expect(merged(nodes, [])).toBe(nodes)
  })
})

describe('the state of the data', () => {
  it('is starting before the first message, and lost if none comes', async () => {
    const live = start()
    expect(live.state.value).toBe('starting')
    await seconds(STALE_SECONDS)
    expect(live.state.value).toBe('lost')
    expect(live.isKnown.value).toBe(false)
  })

  it('is lost within 10 s of the last message, and recovers on its own', async () => {
    const live = start()
    streams.last.say('snapshot', realtime(NOW, [one]))
    expect(live.state.value).toBe('stream')
    await seconds(STALE_SECONDS - 1)
    expect(live.state.value).toBe('stream')
    await seconds(1)
    expect(STALE_SECONDS).toBeLessThan(10)
    expect(live.state.value).toBe('lost')
    expect(live.nodes.value).toHaveLength(1)
    streams.last.say('samples', realtime(NOW + 9, []))
    await seconds(1)
    expect(live.state.value).toBe('stream')
  })

  it('stays live as long as signs of life come, without any sample', async () => {
    const live = start()
    streams.last.say('snapshot', realtime(NOW, [one]))
    for (let event = 1; event < 10; event++) {
      await seconds(5)
      streams.last.say('samples', realtime(NOW + 5 * event, []))
      expect(live.state.value).toBe('stream')
    }
  })

  it('is polling if there is no stream', async () => {
    const live = start(() => Promise.resolve(realtime(NOW, [one])))
    streams.last.breakOff()
    await seconds(0)
    expect(live.state.value).toBe('polling')
    expect(live.nodes.value).toEqual([one])
  })
})

describe("the panel's time", () => {
  it("runs on with the viewer's clock between messages", async () => {
    const live = start()
    expect(live.panelTime.value).toBeNull()
    streams.last.say('snapshot', realtime(NOW + 3600, [one]))
    await seconds(4)
    expect(live.panelTime.value).toBeCloseTo(NOW + 3604, 0)
  })
})

describe('a new beginning', () => {
  it('is counted with each stream, and once for polling however often it polls', async () => {
    const live = start(() => Promise.resolve(realtime(NOW, [one])))
    streams.last.say('snapshot', realtime(NOW, [one]))
    expect(live.restarts.value).toBe(1)
    streams.last.breakOff()
    await seconds(9)
    expect(live.restarts.value).toBe(2)
    await seconds(1)
    streams.last.say('snapshot', realtime(NOW + 10, [one]))
    expect(live.restarts.value).toBe(3)
  })
})

describe('the view that is left', () => {
  it('closes the stream', () => {
    start()
    scope.stop()
    expect(streams.last.isClosed).toBe(true)
  })
})
