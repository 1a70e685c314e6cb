import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'

import { type Api, ApiError } from '@/api/client'
import { REOPEN_SECONDS, RETRY_SECONDS, useKioskDoor } from '@/composables/useKioskDoor'

const openKiosk = vi.fn<Api['openKiosk']>()
const me = vi.fn<Api['me']>()
const scope = effectScope()

function door(secret: string | null) {
  let closed: () => void = () => undefined
  const opened = scope.run(() => useKioskDoor(secret, (onClosed) => {
    closed = onClosed
    return { openKiosk, me } as unknown as Api
  }))
  if (!opened) throw new Error('no door')
  return { ...opened, closed: () => { closed() } }
}

const refused = () => Promise.reject(new ApiError(401, 'This panel does not know this wall screen.'))

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
  openKiosk.mockReset().mockResolvedValue({ name: 'hall', expires_at: 2_000_000_000 })
  me.mockReset().mockResolvedValue({ username: 'hall', expires_at: 2_000_000_000, role: null, kind: 'kiosk' })
})
afterEach(() => vi.useRealTimers())

describe("a wall screen's door", () => {
  it('opens with the secret of its link', async () => {
    const { state } = door('mpk_x')
    await flushPromises()
    expect(openKiosk).toHaveBeenCalledExactlyOnceWith('mpk_x')
    expect(state.value).toBe('open')
  })

  it('opens without one, with the cookie of the last time', async () => {
    const { state } = door(null)
    await flushPromises()
    expect(me).toHaveBeenCalledOnce()
    expect(state.value).toBe('open')
  })

  it('stays closed if the panel does not know the link, and does not retry', async () => {
    openKiosk.mockImplementation(refused)
    const { state } = door('mpk_x')
    await vi.advanceTimersByTimeAsync(3 * RETRY_SECONDS * 1000)
    expect(state.value).toBe('closed')
    expect(openKiosk).toHaveBeenCalledOnce()
  })

  it('waits for a panel that is away, and says what is wrong meanwhile', async () => {
    openKiosk.mockRejectedValueOnce(new ApiError(0, 'away'))
    const { state, problem } = door('mpk_x')
    await flushPromises()
    expect([state.value, problem.value]).toEqual(['opening', expect.objectContaining({ status: 0 })])
    await vi.advanceTimersByTimeAsync(RETRY_SECONDS * 1000)
    expect([state.value, problem.value]).toEqual(['open', null])
  })

  it('closes when the panel says that it is over', async () => {
    const { state, closed } = door('mpk_x')
    await flushPromises()
    closed()
    expect(state.value).toBe('closed')
    expect(openKiosk).toHaveBeenCalledOnce()
  })

  it('opens once more if the cookie was lost after a while, and closes if the link is removed', async () => {
    const { state, closed } = door('mpk_x')
    await flushPromises()
    await vi.advanceTimersByTimeAsync((REOPEN_SECONDS + 1) * 1000)
    closed()
    await flushPromises()
    expect([state.value, openKiosk.mock.calls.length]).toEqual(['open', 2])
    openKiosk.mockImplementation(refused)
    await vi.advanceTimersByTimeAsync((REOPEN_SECONDS + 1) * 1000)
    closed()
    await flushPromises()
    expect(state.value).toBe('closed')
  })
})
