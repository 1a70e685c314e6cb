import { describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'

import { ApiError } from '@/api/client'
import { type KeyWanted, MAX_KEYS, useKeyForm } from '@/composables/useKeyForm'

import { show } from './mounting'

function form({ taken = [] as string[], language = 'en' as 'en' | 'zh', make = () => Promise.resolve() } = {}) {
  let made: ReturnType<typeof useKeyForm> | undefined
  const ask = vi.fn<(wanted: KeyWanted) => Promise<void>>(make)
  show(defineComponent(() => {
    made = useKeyForm('token', 365, () => taken, ask)
    return () => h('p')
  }), {}, { language })
  if (!made) throw new Error('no form')
  return { form: made, ask }
}

describe('what is entered for a token', () => {
  it('is sent without the spaces around it, and then forgotten', async () => {
    const { form: { name, days, sentence, submit }, ask } = form()
    name.value = ' Grafana 监控 '
    days.value = '90'
    expect(await submit()).toBe(true)
    expect(ask).toHaveBeenCalledExactlyOnceWith({ name: 'Grafana 监控', days: 90 })
    expect([name.value, days.value, sentence.value]).toEqual(['', '365', null])
  })

  it.each([
    ['', '365', 'Enter a name.'],
    ['   ', '365', 'Enter a name.'],
    ['x'.repeat(65), '365', 'The name must be at most 64 printable characters.'],
    ['a\u0007b', '365', 'The name must be at most 64 printable characters.'],
    ['a\u202eb', '365', 'The name must be at most 64 printable characters.'],
    ['a\u00a0b', '365', 'The name must be at most 64 printable characters.'],
    ['old', '365', 'There is already an API token “old”; remove it, or choose another name.'],
    ['new', '0', 'The number of days is “0”; it must be a whole number from 1 to 3650.'],
    ['new', '3651', 'The number of days is “3651”; it must be a whole number from 1 to 3650.'],
    ['new', '1.5', 'The number of days is “1.5”; it must be a whole number from 1 to 3650.'],
    ['new', '1e3', 'The number of days is “1e3”; it must be a whole number from 1 to 3650.'],
    ['new', '', 'The number of days is “”; it must be a whole number from 1 to 3650.'],
  ])('that can’t be (%j, %j) is told in a sentence and not sent', async (wanted, count, expected) => {
    const { form: { name, days, sentence, submit }, ask } = form({ taken: ['old'] })
    name.value = wanted
    days.value = count
    expect(sentence.value).toBeNull()
    expect(await submit()).toBe(false)
    expect(sentence.value).toBe(expected)
    expect(ask).not.toHaveBeenCalled()
  })

  it('accepts 64 characters, however long their encoding', async () => {
    const { form: { name, submit } } = form()
    name.value = '😀'.repeat(64)
    expect(await submit()).toBe(true)
  })

  it('has its messages in Chinese as well', async () => {
    const { form: { name, days, sentence, submit } } = form({ language: 'zh' })
    name.value = '监控'
    days.value = '很多'
    await submit()
    expect(sentence.value).toBe('有效天数为“很多”；须为 1 到 3650 的整数。')
  })

  it('is not sent if there are too many already', async () => {
    const { form: { name, sentence, submit } } = form({ taken: Array.from({ length: MAX_KEYS }, (_, index) => String(index)) })
    name.value = 'one more'
    await submit()
    expect(sentence.value).toBe('There are already 200 API tokens; remove one first.')
  })

  it('stays there when the panel refuses it, with the reason', async () => {
    const { form: { name, sentence, submit } } = form({ make: () => Promise.reject(new ApiError(503, 'The disk is full.')) })
    name.value = 'new'
    expect(await submit()).toBe(false)
    expect([name.value, sentence.value]).toEqual(['new', 'The panel answered with an error (503): The disk is full.'])
  })
})
