import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { POLL_SECONDS, RETRY_SECONDS, SILENCE_SECONDS, startFeed } from '@/composables/realtimeFeed'

import { FakeStreams } from './fakeStream'
import { realtime, realtimeNode } from './nodes'

const NOW = 1_700_000_000
const polled = realtime(NOW, [realtimeNode({ name: 'polled' })])

function start(answer = () => Promise.resolve(polled)) {
  const streams = new FakeStreams()
  const ask = vi.fn(answer)
  const listener = { snapshot: vi.fn(), samples: vi.fn() }
  const stop = startFeed({ openStream: streams.open, realtime: ask }, listener)
  return { streams, ask, listener, stop }
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000)

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('the feed', () => {
  it('passes on what the stream sends, and does not poll meanwhile', async () => {
    const { streams, ask, listener } = start()
    streams.last.say('snapshot', realtime(NOW, [realtimeNode()]))
    streams.last.say('samples', realtime(NOW + 5, []))
    await seconds(SILENCE_SECONDS - 1)
    expect(listener.snapshot).toHaveBeenCalledExactlyOnceWith(realtime(NOW, [realtimeNode()]), 'stream')
    expect(listener.samples).toHaveBeenCalledExactlyOnceWith(realtime(NOW + 5, []))
    expect(ask).not.toHaveBeenCalled()
  })

  it('polls at once and then every 5 s when the stream breaks off', async () => {
    const { streams, ask, listener } = start()
    streams.last.breakOff()
    await seconds(0)
    expect(listener.snapshot).toHaveBeenCalledExactlyOnceWith(polled, 'polling')
    await seconds(POLL_SECONDS)
    expect(ask).toHaveBeenCalledTimes(2)
  })

  it('treats a stream that is silent for 10 s as broken', async () => {
    const { streams, ask } = start()
    await seconds(SILENCE_SECONDS - 1)
    expect(ask).not.toHaveBeenCalled()
    await seconds(1)
    expect(ask).toHaveBeenCalledOnce()
    expect(streams.last.isClosed).toBe(true)
  })

  it('returns to the stream as soon as it sends again, and stops polling', async () => {
    const { streams, ask, listener } = start()
    streams.last.breakOff()
    await seconds(RETRY_SECONDS)
    expect(streams.opened).toHaveLength(2)
    const asked = ask.mock.calls.length
    streams.last.say('snapshot', realtime(NOW + 20, []))
    for (let event = 0; event < 6; event++) {
      await seconds(POLL_SECONDS)
      streams.last.say('samples', realtime(NOW + 25, []))
    }
    expect(ask).toHaveBeenCalledTimes(asked)
    expect(listener.samples).toHaveBeenCalledTimes(6)
    expect(streams.opened).toHaveLength(2)
  })

  it('keeps polling while the stream stays away', async () => {
    const { streams, ask } = start()
    streams.last.breakOff()
    for (let round = 0; round < 3; round++) {
      await seconds(RETRY_SECONDS)
      streams.last.breakOff()
    }
    expect(streams.opened).toHaveLength(4)
    expect(ask.mock.calls.length).toBeGreaterThanOrEqual((3 * RETRY_SECONDS) / POLL_SECONDS)
    expect(streams.opened.filter((stream) => !stream.isClosed)).toHaveLength(0)
  })

  it('ignores an answer that comes after an event of the stream', async () => {
    let answer: (data: typeof polled) => void = () => undefined
    const { streams, listener } = start(() => new Promise((resolve) => (answer = resolve)))
    streams.last.breakOff()
    await seconds(RETRY_SECONDS)
    streams.last.say('snapshot', realtime(NOW + 20, []))
    answer(polled)
    await seconds(0)
    expect(listener.snapshot).toHaveBeenCalledExactlyOnceWith(realtime(NOW + 20, []), 'stream')
  })

  it('keeps polling after a failed answer', async () => {
    const { streams, ask, listener } = start(() => Promise.reject(new Error('away')))
    streams.last.breakOff()
    await seconds(2 * POLL_SECONDS)
    expect(ask.mock.calls.length).toBeGreaterThanOrEqual(2)
    expect(listener.snapshot).not.toHaveBeenCalled()
  })

  it('ends for good when it is stopped', async () => {
    const { streams, ask, stop } = start()
    streams.last.breakOff()
    await seconds(0)
    stop()
    const asked = ask.mock.calls.length
    await seconds(10 * RETRY_SECONDS)
    expect(ask).toHaveBeenCalledTimes(asked)
    expect(streams.opened).toHaveLength(1)
  })
})
