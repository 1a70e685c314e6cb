/** How realtime data reaches the page: over the panel's stream, or by polling every 5 s while there is no stream. */

import type { Api, Findings, Realtime } from '@/api/client'
import { ColumnsReader, type RealtimeColumns } from '@/api/columns'

export type Via = 'stream' | 'polling'

/** An event comes at least every 5 s; a stream that is silent for this long counts as broken. */
export const SILENCE_SECONDS = 10
export const POLL_SECONDS = 5
/** How long to poll before the stream is tried again. */
export const RETRY_SECONDS = 10

export interface FeedListener {
  /** All nodes. */
  snapshot: (data: Realtime, via: Via) => void
  /** Only the nodes that changed; an empty list is a sign of life. */
  samples: (data: Realtime) => void
  /** What is wrong, whenever that changes. It does not come with a snapshot. */
  findings?: (data: Findings) => void
}

type FeedApi = Pick<Api, 'openStream' | 'realtime'>

/** Start to listen. Returns the function that ends it. */
export function startFeed(api: FeedApi, listener: FeedListener): () => void {
  let stream: EventSource | null = null
  let silence: ReturnType<typeof setTimeout> | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let stopPolling: (() => void) | null = null

  function openStream() {
    const reader = new ColumnsReader()
    stream = api.openStream()
    stream.addEventListener('snapshot', (event) => {
      hear<Realtime | RealtimeColumns>((data) => {
        listener.snapshot(reader.snapshot(data), 'stream')
      }, event)
    })
    stream.addEventListener('samples', (event) => {
      hear<Realtime | RealtimeColumns>((data) => {
        listener.samples(reader.samples(data))
      }, event)
    })
    stream.addEventListener('findings', (event) => {
      hear<Findings>((data) => listener.findings?.(data), event)
    })
    stream.onerror = fallBack
    expectSomething()
  }

  function hear<Data>(tell: (data: Data) => void, event: MessageEvent<string>) {
    stopPolling?.()
    stopPolling = null
    expectSomething()
    tell(JSON.parse(event.data) as Data)
  }

  function expectSomething() {
    clearTimeout(silence)
    silence = setTimeout(fallBack, SILENCE_SECONDS * 1000)
  }

  function fallBack() {
    closeStream()
    stopPolling ??= startPolling(api, listener)
    clearTimeout(retry)
    retry = setTimeout(openStream, RETRY_SECONDS * 1000)
  }

  function closeStream() {
    clearTimeout(silence)
    stream?.close()
    stream = null
  }

  openStream()
  return () => {
    closeStream()
    clearTimeout(retry)
    stopPolling?.()
  }
}

/** Poll at once and then every 5 s, until the returned function is called; later answers are ignored. */
function startPolling(api: FeedApi, listener: FeedListener): () => void {
  let stopped = false
  let asking: AbortController | null = null

  async function ask() {
    // A request that hangs is given up when the next one is due.
    asking?.abort()
    asking = new AbortController()
    const data = await api.realtime(asking.signal).catch(() => null)
    if (data && !stopped) listener.snapshot(data, 'polling')
  }

  const timer = setInterval(() => void ask(), POLL_SECONDS * 1000)
  void ask()
  return () => {
    stopped = true
    clearInterval(timer)
    asking?.abort()
  }
}
