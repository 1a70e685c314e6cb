/** Sends the first requests of every visit early, before the script that uses the answers has loaded. */

import { openedAhead } from './aheadStream'

/** Views that need no session. */
export const OPEN_TO_ALL = { login: '/login', kiosk: '/kiosk' } as const

export const ME = '/api/auth/me'
export const GROUPS = '/api/groups'

/** An answer that nobody takes is dropped after this: a view without a stream must not collect its events for days. */
export const KEPT_MS = 30_000

const answers = new Map<string, Promise<Response>>()
let stream: ReturnType<typeof openedAhead> | null = null

/** Request what the page at `path` will request. Without a login the panel refuses all of it. */
export function askAhead(path: string) {
  if (Object.values<string>(OPEN_TO_ALL).includes(path)) return
  stream = openedAhead(openStream)
  for (const asked of [ME, GROUPS]) {
    const answer = fetch(asked)
    // The error is still there for the code that uses this answer later.
    answer.catch(() => undefined)
    answers.set(asked, answer)
  }
  setTimeout(forgetAhead, KEPT_MS)
}

/** Return the early answer for this address, only once. */
export function answerTo(path: string): Promise<Response> | undefined {
  const answer = answers.get(path)
  answers.delete(path)
  return answer
}

/** Drop the answers that nobody took: a user who logs in now must not get a refusal from before the login. */
export function forgetAhead() {
  stream?.close()
  answers.clear()
}

/** The stream that was opened ahead, if there is one. */
export function streamAhead() {
  return stream
}

export function openStream(): EventSource {
  return new EventSource('/api/metrics/stream?format=columns')
}
