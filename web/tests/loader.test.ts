import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createLoader, RELOAD_SECONDS, RETRY_SECONDS } from '@/router/loader'

const gone = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'))

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  sessionStorage.clear()
})

describe('a part of the page', () => {
  it('that could not be loaded is loaded when the panel is back, and counts as waiting until then', async () => {
    let isThere = false
    const attempt = vi.fn(() => (isThere ? Promise.resolve('part') : gone()))
    const { load, isWaiting } = createLoader(() => Promise.resolve(isThere))
    const part = load(attempt)
    await vi.advanceTimersByTimeAsync(2500 * RETRY_SECONDS)
    expect([attempt.mock.calls.length, isWaiting.value]).toEqual([1, true])
    isThere = true
    await vi.advanceTimersByTimeAsync(1000 * RETRY_SECONDS)
    expect(await part).toBe('part')
    expect(isWaiting.value).toBe(false)
  })

  it('that the panel lacks reloads the page, which is of another build, but not repeatedly', async () => {
    const { load } = createLoader(() => Promise.resolve(true))
    const reload = vi.fn()
    void load(gone, reload)
    await vi.advanceTimersByTimeAsync(0)
    expect(reload).toHaveBeenCalledOnce()
    await expect(load(gone, reload)).rejects.toThrow('Failed to fetch')
    await vi.advanceTimersByTimeAsync(1000 * RELOAD_SECONDS)
    void load(gone, reload)
    await vi.advanceTimersByTimeAsync(0)
    expect(reload).toHaveBeenCalledTimes(2)
  })
})
