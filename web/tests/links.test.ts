// @vitest-environment node
import { describe, expect, it } from 'vitest'
import type { LocationQuery } from 'vue-router'

import { pastFrom, presentFrom, presentOf } from '@/router/links'

const isNode = (text: string) => text === 'n1' || text === 'n2'
const at = (name: string, node: string | undefined, query: LocationQuery = {}) => ({ name, params: (node === undefined ? {} : { node }) as Record<string, string>, query })

const CHOSEN = { q: '@rack3 temp>85', by: 'temperature', sort: '-cpu', period: '7d' }

describe('from view to view', () => {
  it('the search, the metric, the order and the time are kept', () => {
    expect(pastFrom(at('realtime', undefined, CHOSEN), isNode)).toEqual({ name: 'history', params: { node: undefined }, query: CHOSEN })
    expect(presentFrom(at('history', undefined, CHOSEN), isNode)).toEqual({ name: 'realtime', params: { node: undefined }, query: CHOSEN })
  })

  it('a node stays that node, and links back to all that were listed', () => {
    expect(pastFrom(at('realtime', 'n2', CHOSEN), isNode)).toEqual({ name: 'history', params: { node: 'n2' }, query: CHOSEN })
    expect(presentFrom(at('history', 'n2', CHOSEN), isNode)).toEqual({ name: 'realtime', params: { node: 'n2' }, query: CHOSEN })
    expect(presentOf(at('realtime', 'n2', CHOSEN), undefined)).toEqual({ name: 'realtime', params: { node: undefined }, query: CHOSEN })
    expect(presentFrom(at('realtime', 'n2', CHOSEN), isNode)).toEqual({ name: 'realtime', params: { node: undefined }, query: CHOSEN })
  })

  it('a set of the past is searched for in the present, and by its exact names', () => {
    expect(presentFrom(at('history', 'n[1-2],m1,login', { by: 'memory', state: 'down' }), isNode)).toEqual({
      name: 'realtime',
      params: { node: undefined },
      query: { by: 'memory', q: 'n[1-2],m[1],login' },
    })
  })

  it('a set that came from a search links back to it, and stays in its own view', () => {
    expect(presentFrom(at('history', 'n[1-2]', CHOSEN), isNode)).toMatchObject({ query: CHOSEN })
    expect(pastFrom(at('history', 'n[1-2]', CHOSEN), isNode)).toEqual({ name: 'history', params: { node: 'n[1-2]' }, query: CHOSEN })
  })

  it('a node that was opened from a set links back to the set', () => {
    expect(pastFrom(at('history', 'n1', { within: 'n[1-8]', by: 'cpu' }), isNode)).toEqual({ name: 'history', params: { node: 'n[1-8]' }, query: { by: 'cpu' } })
    expect(presentFrom(at('history', 'n1', { within: 'n[1-8]' }), isNode)).toEqual({ name: 'realtime', params: { node: 'n1' }, query: { q: 'n[1-8]' } })
  })

  it('nothing is kept from views whose addresses mean something else', () => {
    expect(presentFrom(at('alerts', undefined, { state: 'open', period: '7d' }), isNode)).toMatchObject({ query: {} })
  })
})
