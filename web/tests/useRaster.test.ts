import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'

import { ApiError, type RasterAsked } from '@/api/client'
import { useRaster } from '@/composables/useRaster'

const ASKED: RasterAsked = { nodes: 'n[1-9]', metric: 'cpu_percent', when: { period: '1d' }, columns: 100, rows: 9 }

function answer(to: number): ArrayBuffer {
  const head = { metric: 'cpu_percent', period: '1d', from: to - 300, to, step: 300, width: 300, columns: 1, low: 0, high: 100, planes: ['mean'], rows: [[1]], missing: [] }
  return new Uint8Array([...new TextEncoder().encode(`${JSON.stringify(head)}\n`), 7]).buffer
}

async function start(raster: (asked: RasterAsked, signal?: AbortSignal) => Promise<ArrayBuffer> = () => Promise.resolve(answer(900))) {
  const asked = shallowRef<RasterAsked | null>(ASKED)
  const newest = shallowRef(1000)
  const ask = vi.fn(raster)
  const scope = effectScope()
  const state = scope.run(() => useRaster({ raster: ask }, asked, newest))
  if (!state) throw new Error('no scope')
  await flushPromises()
  return { asked, newest, ask, state, scope }
}

describe('a raster', () => {
  it('is read for the request, once a width is known', async () => {
    const { asked, ask, state } = await start()
    expect(ask.mock.calls[0]?.[0]).toEqual(ASKED)
    expect(state.raster.value?.head.to).toBe(900)
    asked.value = { ...ASKED } // the same
    await flushPromises()
    expect(ask).toHaveBeenCalledTimes(1)
    asked.value = null
    await flushPromises()
    expect(ask).toHaveBeenCalledTimes(1)
  })

  it('is read again when there is a newer column, and not before', async () => {
    const { newest, ask } = await start()
    newest.value = 1100
    await flushPromises()
    expect(ask).toHaveBeenCalledTimes(1)
    newest.value = 1200
    await flushPromises()
    expect(ask).toHaveBeenCalledTimes(2)
  })

  it('stays while another metric is read, and disappears for other nodes', async () => {
    const { asked, state } = await start()
    asked.value = { ...ASKED, metric: 'cpu_temp' }
    await Promise.resolve()
    expect(state.raster.value).not.toBeNull()
    await flushPromises()
    asked.value = { ...ASKED, nodes: 'm[1-9]' }
    await Promise.resolve()
    expect(state.raster.value).toBeNull()
  })

  it('that was requested last is shown, in whatever order answers come', async () => {
    const answers: ((buffer: ArrayBuffer) => void)[] = []
    const { asked, state } = await start(() => new Promise((resolve) => answers.push(resolve)))
    asked.value = { ...ASKED, metric: 'cpu_temp' }
    await flushPromises()
    answers[1]?.(answer(1200))
    answers[0]?.(answer(900))
    await flushPromises()
    expect(state.raster.value?.head.to).toBe(1200)
  })

  it('that can’t be read says why, and so does a truncated one', async () => {
    const refused = await start(() => Promise.reject(new ApiError(400, 'too many')))
    expect(refused.state.error.value).toMatchObject({ message: 'too many' })
    const cut = await start(() => Promise.resolve(answer(900).slice(0, -1)))
    expect(cut.state.error.value).toBeInstanceOf(Error)
    expect(cut.state.isLoading.value).toBe(false)
  })
})
