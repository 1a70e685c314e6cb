// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { foldAlerts } from '@/alerts/fold'

import { alert, openAlert, SINCE } from './findings'

const hot = (id: number, changes = {}) => alert({ id, node_id: id, hostname: `cn12${String(id).padStart(2, '0')}`, ...changes })

describe('alerts in lines', () => {
  it('are folded if they began and ended together, whatever their numbers', () => {
    const [line, ...rest] = foldAlerts([
      hot(3, { began_at: SINCE + 200, worst: 99, what: { en: 'hot: 99 °C, limit 95 °C', zh: '' } }),
      hot(1),
      hot(2, { began_at: SINCE + 100, over_at: SINCE + 3700 }),
    ])
    expect(rest).toEqual([])
    expect(line).toMatchObject({ ids: [1, 2, 3], nodes: 'cn[1201-1203]', from: SINCE, to: SINCE + 3700 })
    expect(line?.worst.id).toBe(3)
  })

  it.each([
    ['another rule', { rule: 'memory' }],
    ['another severity', { severity: 'warning' }],
    ['another reason', { what: { en: 'down: no answer', zh: '' } }],
    ['a later beginning', { began_at: SINCE + 1000 }],
    ['a later end', { over_at: SINCE + 9000 }],
    ['no end', { state: 'open', over_at: null, closed_at: null }],
    ['somebody who has taken it on', { acked_by: 'ada' }],
  ])('are apart for %s', (_, changes) => {
    expect(foldAlerts([hot(1), hot(2, changes)])).toHaveLength(2)
  })

  it('start with open ones, the worst first, then past ones, the newest first', () => {
    const order = foldAlerts([
      hot(1),
      hot(2, { began_at: SINCE + 9000, over_at: SINCE + 9900 }),
      openAlert({ id: 3, severity: 'warning', began_at: SINCE + 500 }),
      openAlert({ id: 4 }),
    ]).map(({ ids }) => ids[0])
    expect(order).toEqual([4, 3, 2, 1])
  })

  it('have no name for the panel, and a number for a removed node', () => {
    expect(foldAlerts([alert({ node_id: null, hostname: null })])[0]?.nodes).toBe('')
    expect(foldAlerts([alert({ node_id: 7, hostname: null })])[0]?.nodes).toBe('#7')
  })
})
