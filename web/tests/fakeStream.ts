/** A fake of the panel's stream that sends what a test wants. */

type Listener = (event: MessageEvent<string>) => void

export class FakeStream {
  onerror: (() => void) | null = null
  isClosed = false
  private readonly listeners = new Map<string, Listener>()

  addEventListener(kind: string, listener: Listener) {
    this.listeners.set(kind, listener)
  }

  close() {
    this.isClosed = true
  }

  /** Delivers an event as an EventSource does; a closed one receives nothing. */
  say(kind: 'snapshot' | 'samples' | 'findings', data: unknown) {
    if (!this.isClosed) this.listeners.get(kind)?.(new MessageEvent(kind, { data: JSON.stringify(data) }))
  }

  breakOff() {
    if (!this.isClosed) this.onerror?.()
  }
}

/** Hands out streams, and keeps them for the test. */
export class FakeStreams {
  readonly opened: FakeStream[] = []

  readonly open = (): EventSource => {
    const stream = new FakeStream()
    this.opened.push(stream)
    return stream as unknown as EventSource
  }

  get last(): FakeStream {
    const stream = this.opened.at(-1)
    if (!stream) throw new Error('no stream was opened')
    return stream
  }
}
