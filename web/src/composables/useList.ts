/** A list that the panel holds, read again now and then, and what is done to it. */

import { onScopeDispose, shallowRef } from 'vue'

import { ApiError } from '@/api/client'

/** How often a list is read while it is looked at. */
export const RENEWAL_SECONDS = 15

/** What `ask` returns; `rows` is null until it is there. Read until the scope (the list) that asked is gone. */
export function useList<Row>(ask: () => Promise<Row[]>) {
  const rows = shallowRef<readonly Row[] | null>(null)
  const error = shallowRef<unknown>(null)
  /** What is to be done once more where something went wrong. */
  let again: () => Promise<unknown> = read
  /** An answer that is overtaken by a later question is not heard. */
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

  /** Do something to one of the list's things, and read it again. What is gone already needs no more. */
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
