import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'

import type { Findings } from '@/api/client'
import { pressing, useFindings } from '@/composables/useFindings'

import { finding, SINCE } from './findings'

const said = (timestamp: number, changes: Partial<Findings> = {}): Findings => ({ timestamp, was_ever: true, findings: [finding()], ...changes })

function start(answer: () => Promise<Findings>) {
  const snapshots = shallowRef(0)
  const told = shallowRef<Findings | null>(null)
  const ask = vi.fn(answer)
  const found = effectScope().run(() => useFindings({ findings: ask }, { snapshots, told }))
  if (!found) throw new Error('the scope has ended')
  return { ...found, snapshots, told, ask }
}

describe('the findings', () => {
  it('are not known before the panel has sent them', () => {
    const { findings, wasEver } = start(() => Promise.resolve(said(SINCE)))
    expect([findings.value, wasEver.value]).toEqual([null, false])
  })

  it('are read with each snapshot, which may have replaced what the stream sent', async () => {
    const { findings, wasEver, snapshots, ask } = start(() => Promise.resolve(said(SINCE)))
    snapshots.value = 1
    await flushPromises()
    expect(findings.value).toEqual([finding()])
    expect(wasEver.value).toBe(true)
    snapshots.value = 2
    await flushPromises()
    expect(ask).toHaveBeenCalledTimes(2)
  })

  it('follow the stream, and no slower answer', async () => {
    let answer: (data: Findings) => void = () => undefined
    const { findings, snapshots, told } = start(() => new Promise((resolve) => { answer = resolve }))
    snapshots.value = 1
    await flushPromises()
    told.value = said(SINCE + 5, { findings: [] })
    await flushPromises()
    answer(said(SINCE))
    await flushPromises()
    expect(findings.value).toEqual([])
  })

  it('follow a panel whose clock was set back', async () => {
    const { findings, snapshots, told } = start(() => Promise.resolve(said(SINCE)))
    told.value = said(SINCE + 3600)
    await flushPromises()
    told.value = said(SINCE - 5, { findings: [] })
    await flushPromises()
    expect(findings.value).toEqual([])
    told.value = said(SINCE + 7200, { findings: [] })
    snapshots.value = 1
    await flushPromises()
    expect(findings.value).toEqual([finding()])
  })

  it('stay while the panel does not answer', async () => {
    let isAway = false
    const { findings, snapshots } = start(() => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(said(SINCE))))
    snapshots.value = 1
    await flushPromises()
    isAway = true
    snapshots.value = 2
    await flushPromises()
    expect(findings.value).toHaveLength(1)
  })

  it('are urgent unless somebody knows of them, nothing is known, or they are only information', () => {
    const quiet = [finding({ acked_by: 'ada' }), finding({ silenced_until: SINCE + 9 }), finding({ is_suspended: true }), finding({ severity: 'info' })]
    const loud = finding({ severity: 'warning' })
    expect(pressing([loud, ...quiet])).toEqual([loud])
    expect(pressing(null)).toEqual([])
  })
})
