import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'

import { ApiError } from '@/api/client'
import { RENEWAL_SECONDS, useList } from '@/composables/useList'

const ask = vi.fn<() => Promise<number[]>>()

function list() {
  const found = effectScope().run(() => useList(ask))
  if (!found) throw new Error('no list')
  return found
}

beforeEach(() => {
  vi.useFakeTimers()
  ask.mockReset().mockResolvedValue([1, 2])
})
afterEach(() => vi.useRealTimers())

describe('a list', () => {
  it('is read at once and now and then', async () => {
    const { rows } = list()
    expect(rows.value).toBeNull()
    await flushPromises()
    expect(rows.value).toEqual([1, 2])
    ask.mockResolvedValue([2])
    await vi.advanceTimersByTimeAsync(RENEWAL_SECONDS * 1000)
    expect(rows.value).toEqual([2])
  })

  it('keeps what it has while the panel is away, and says so', async () => {
    const { rows, error, tryAgain } = list()
    await flushPromises()
    ask.mockRejectedValueOnce(new ApiError(0, 'away'))
    await vi.advanceTimersByTimeAsync(RENEWAL_SECONDS * 1000)
    expect([rows.value, error.value]).toEqual([[1, 2], expect.objectContaining({ status: 0 })])
    await tryAgain()
    expect(error.value).toBeNull()
  })

  it('is read again after something was done', async () => {
    const { rows, act } = list()
    await flushPromises()
    ask.mockResolvedValue([2])
    await act(() => Promise.resolve())
    expect(rows.value).toEqual([2])
  })

  it('says what could not be done until it is done again, whatever is read meanwhile', async () => {
    const deed = vi.fn(() => Promise.resolve()).mockRejectedValueOnce(new ApiError(503, 'The disk is full.'))
    const { error, act, tryAgain } = list()
    await act(deed)
    await vi.advanceTimersByTimeAsync(RENEWAL_SECONDS * 1000)
    expect(error.value).toMatchObject({ status: 503 })
    await tryAgain()
    expect([deed.mock.calls.length, error.value]).toEqual([2, null])
  })

  it('treats an entry that is already gone as done', async () => {
    const { error, act } = list()
    await act(() => Promise.reject(new ApiError(404, 'There is no session.')))
    expect(error.value).toBeNull()
  })

  it('skips an answer that a later one has overtaken', async () => {
    let answerLate: (rows: number[]) => void = () => undefined
    ask.mockImplementationOnce(() => new Promise((resolve) => { answerLate = resolve }))
    const { rows, read } = list()
    await read()
    answerLate([7])
    await flushPromises()
    expect(rows.value).toEqual([1, 2])
  })
})
