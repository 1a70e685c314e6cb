/** A list of the panel, read again now and then, and the actions on it. */

import { onScopeDispose, shallowRef } from 'vue'

import { ApiError } from '@/api/client'

/** How often a list is read while it is shown. */
export const RENEWAL_SECONDS = 15

/** `rows`: what `ask` returns, null until it is there. Read until the calling scope (the list) is gone. */
export function useList<Row>(ask: () => Promise<Row[]>) {
  const rows = shallowRef<readonly Row[] | null>(null)
  const error = shallowRef<unknown>(null)
  /** What to retry after an error. */
  let again: () => Promise<unknown> = read
  /** An answer is ignored if a later request was made. */
  let newest = 0

  async function read() {
    const mine = (newest += 1)
    try {
      const found = await ask()
      if (mine !== newest) return
      rows.value = found
      if (again === read) error.value = null
    } catch (problem) {
      if (mine !== newest) return
      error.value = problem
      again = read
    }
  }

  /** Do something to an entry of the list, and read the list again. If the entry is already gone, that is no error. */
  async function act(deed: () => Promise<unknown>) {
    again = read
    error.value = null
    try {
      await deed()
    } catch (problem) {
      if (!(problem instanceof ApiError && problem.status === 404)) {
        error.value = problem
        again = () => act(deed)
      }
    }
    await read()
  }

  void read()
  const renewal = setInterval(() => void read(), RENEWAL_SECONDS * 1000)
  onScopeDispose(() => {
    clearInterval(renewal)
  })
  return { rows, error, read, act, tryAgain: () => again() }
}
