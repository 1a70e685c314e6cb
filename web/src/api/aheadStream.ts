/** A stream that is opened before anybody listens: it keeps its first events for the later listener. */

const EVENTS = ['snapshot', 'samples', 'findings']

/** Return a function like `open`. Its first call returns a stream that is already open, and delivers earlier events after that. */
export function openedAhead(open: () => EventSource): { take: () => EventSource; close: () => void } {
  let stream: EventSource | null = open()
  let kept: MessageEvent<string>[] = []
  const keep = (event: MessageEvent<string>) => {
    kept.push(event)
  }
  for (const name of EVENTS) stream.addEventListener(name, keep)

  function taken(): EventSource | null {
    const ready = stream
    stream = null
    for (const name of EVENTS) ready?.removeEventListener(name, keep)
    return ready
  }

  return {
    take: () => {
      const ready = taken()
      if (ready === null || ready.readyState === EventSource.CLOSED) return open()
      const said = kept
      kept = []
      queueMicrotask(() => {
        for (const { type, data } of said) ready.dispatchEvent(new MessageEvent(type, { data }))
      })
      return ready
    },
    close: () => {
      taken()?.close()
    },
  }
}
