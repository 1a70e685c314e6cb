/** What every visit asks the panel for first, asked before the script is there that makes something of it. */

import { openedAhead } from './aheadStream'

/** Shown to anyone: who opens these may have no session yet. */
export const OPEN_TO_ALL = { login: '/login', kiosk: '/kiosk' } as const

export const ME = '/api/auth/me'
export const GROUPS = '/api/groups'

/** So long what nobody wanted is kept: a view without a stream must not gather what it says for days. */
export const KEPT_MS = 30_000

const answers = new Map<string, Promise<Response>>()
let stream: ReturnType<typeof openedAhead> | null = null

/** Ask what the page at the address `path` will ask: who is not logged in gets nothing of it. */
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

/** The answer to what was asked ahead at this address, once. */
export function answerTo(path: string): Promise<Response> | undefined {
  const answer = answers.get(path)
  answers.delete(path)
  return answer
}

/** Drop what was asked and not wanted; where nobody was logged in, who logs in now must not get that refusal. */
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
