import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { openedAhead } from '@/api/aheadStream'

class Stream extends EventTarget {
  static readonly CLOSED = 2
  readyState = 1
  close = vi.fn(() => { this.readyState = Stream.CLOSED })
  say(name: string, data: string) {
    this.dispatchEvent(new MessageEvent(name, { data }))
  }
}

function ahead() {
  vi.stubGlobal('EventSource', Stream)
  const streams: Stream[] = []
  const made = openedAhead(() => {
    const stream = new Stream()
    streams.push(stream)
    return stream as unknown as EventSource
  })
  const heard: string[] = []
  const listen = (stream: EventSource) => {
    for (const name of ['snapshot', 'samples']) stream.addEventListener(name, ({ type, data }: MessageEvent<string>) => heard.push(`${type} ${data}`))
  }
  return { ...made, streams, heard, listen }
}

afterEach(() => { vi.unstubAllGlobals() })

describe('a stream that is opened ahead', () => {
  it('delivers earlier events to its user, in order and once', async () => {
    const { take, streams, heard, listen } = ahead()
    streams[0]?.say('snapshot', '1')
    streams[0]?.say('samples', '2')
    listen(take())
    await flushPromises()
    streams[0]?.say('samples', '3')
    expect(heard).toEqual(['snapshot 1', 'samples 2', 'samples 3'])
    expect(streams).toHaveLength(1)
  })

  it('is used once; the next is a new one, as is one that replaces a broken stream', () => {
    const { take, streams } = ahead()
    take()
    take()
    expect(streams).toHaveLength(2)
    const broken = ahead()
    broken.streams[0]?.close()
    broken.take()
    expect(broken.streams).toHaveLength(2)
  })

  it('is closed if nobody may listen', () => {
    const { close, streams } = ahead()
    close()
    expect(streams[0]?.close).toHaveBeenCalledOnce()
  })
})
