import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiError, createApi } from '@/api/client'

const signedOut = vi.fn()
const fetched = vi.fn<typeof fetch>()
const refused = vi.fn()
const api = createApi(signedOut, refused)

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  fetched.mockResolvedValue(new Response(JSON.stringify(body), { status, headers }))
}

beforeEach(() => {
  vi.stubGlobal('fetch', fetched)
  signedOut.mockReset()
  refused.mockReset()
})
afterEach(() => vi.unstubAllGlobals())

describe('the API', () => {
  it('is called with a path in which a name cannot do harm', async () => {
    answer(200, { runs: [], columns: {}, units: {} })
    await api.history('../node 1', { period: '7d' })
    expect(fetched.mock.lastCall?.[0]).toBe('/api/metrics/history/..%2Fnode%201?period=7d&format=compact')
  })

  it('is called in the language of the page', async () => {
    document.documentElement.lang = 'zh-CN'
    answer(200, [])
    await api.addToken('grafana', 'read', 30)
    const headers = new Headers(fetched.mock.lastCall?.[1]?.headers)
    expect(headers.get('Accept-Language')).toBe('zh-CN')
    expect(headers.get('Content-Type')).toBe('application/json')
  })

  it('is called in full precision for files', async () => {
    answer(200, { timestamp: [300] })
    await expect(api.history('node1', { from: 100, to: 700 }, undefined, true)).resolves.toEqual({ timestamp: [300] })
    expect(fetched.mock.lastCall?.[0]).toBe('/api/metrics/history/node1?from=100&to=700')
  })

  it('is called for a range with its ends, and for a set with its folded name', async () => {
    answer(200, {})
    await api.spread('node[01-64]', { from: 100, to: 700 })
    expect(fetched.mock.lastCall?.[0]).toBe('/api/metrics/spread?from=100&to=700&nodes=node%5B01-64%5D')
  })

  it('returns the sentence of an error', async () => {
    answer(404, { error: "There is no node named 'x'." })
    await expect(api.history('x', { period: '1d' })).rejects.toMatchObject({ status: 404, message: "There is no node named 'x'." })
    expect(signedOut).not.toHaveBeenCalled()
  })

  it('returns how long to wait', async () => {
    answer(429, { error: 'Too many.' }, { 'Retry-After': '27' })
    await expect(api.logIn('a', 'b')).rejects.toMatchObject({ status: 429, retryAfterSeconds: 27 })
  })

  it('ends the session at a 401', async () => {
    answer(401, { error: 'Log in first.' })
    await expect(api.nodes()).rejects.toBeInstanceOf(ApiError)
    expect(signedOut).toHaveBeenCalledOnce()
  })

  it('ends no session after a wrong password', async () => {
    answer(401, { error: 'No.' })
    await expect(api.logIn('a', 'b')).rejects.toBeInstanceOf(ApiError)
    expect(signedOut).not.toHaveBeenCalled()
  })

  it('reports that something was refused, except when reading the user, which then follows', async () => {
    answer(403, { error: 'This takes an admin.' })
    await expect(api.removeToken(7)).rejects.toMatchObject({ status: 403 })
    expect(refused).toHaveBeenCalledOnce()
    answer(403, { error: 'The proxy names a user who has no account here.' })
    await expect(api.me()).rejects.toMatchObject({ status: 403 })
    expect(refused).toHaveBeenCalledOnce()
  })

  it('copes with a panel that is away, and with a proxy that answers with a page', async () => {
    fetched.mockRejectedValue(new TypeError('Failed to fetch'))
    await expect(api.nodes()).rejects.toMatchObject({ status: 0 })
    fetched.mockResolvedValue(new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway' }))
    await expect(api.nodes()).rejects.toMatchObject({ status: 502, message: 'Bad Gateway' })
  })
})
