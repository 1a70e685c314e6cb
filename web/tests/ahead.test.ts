import { afterEach, describe, expect, it, vi } from 'vitest'

import { answerTo, askAhead, forgetAhead, GROUPS, KEPT_MS, ME } from '@/api/ahead'

class Stream extends EventTarget {
  close = vi.fn()
}

afterEach(() => {
  forgetAhead()
  vi.unstubAllGlobals()
})

describe('an early request', () => {
  it('is used once, and then sent again', async () => {
    const fetched = vi.fn((path: string) => Promise.resolve(path))
    vi.stubGlobal('fetch', fetched)
    vi.stubGlobal('EventSource', Stream)
    askAhead('/realtime')
    expect(await answerTo(ME)).toBe(ME)
    expect(answerTo(ME)).toBeUndefined()
  })

  it('is dropped if nobody uses it', () => {
    vi.useFakeTimers()
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}')))
    const streams: Stream[] = []
    vi.stubGlobal('EventSource', class extends Stream {
      constructor() {
        super()
        streams.push(this)
      }
    })
    askAhead('/history')
    vi.advanceTimersByTime(KEPT_MS)
    expect(answerTo(GROUPS)).toBeUndefined()
    expect(streams[0]?.close).toHaveBeenCalledOnce()
    vi.useRealTimers()
  })

  it('is forgotten if nobody was logged in, so that the next user is not refused', () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { status: 401 })))
    vi.stubGlobal('EventSource', Stream)
    askAhead('/realtime')
    forgetAhead()
    expect(answerTo(GROUPS)).toBeUndefined()
  })
})
