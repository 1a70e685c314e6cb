import { describe, expect, it } from 'vitest'
import { nextTick, ref } from 'vue'

import CurveLegend from '@/components/CurveLegend.vue'
import { useIsolation } from '@/composables/useIsolation'

import { show } from './mounting'

describe('the lines that are shown', () => {
  const names = ref(['a', 'b', 'c'])
  const { isShown, pick } = useIsolation(names)
  const shown = () => names.value.filter(isShown)

  it('are all, the one that was picked, or more with it', () => {
    expect(shown()).toEqual(['a', 'b', 'c'])
    pick('b', false)
    expect(shown()).toEqual(['b'])
    pick('c', true)
    expect(shown()).toEqual(['b', 'c'])
    pick('b', true)
    expect(shown()).toEqual(['c'])
    pick('c', false)
    expect(shown()).toEqual(['a', 'b', 'c'])
  })

  it('are all again if all are picked, or nodes change', async () => {
    pick('a', false)
    pick('b', true)
    pick('c', true)
    pick('a', true)
    expect(shown()).toEqual(['a'])
    names.value = ['a', 'd']
    await nextTick()
    expect(shown()).toEqual(['a', 'd'])
  })
})

describe('a legend', () => {
  const curves = [{ name: 'a', value: '1' }, { name: 'b', value: '2' }]

  it('picks with a click, with a key for more, and with the keyboard', async () => {
    const legend = show(CurveLegend, { curves, isShown: (name: string) => name === 'a' })
    const [first, second] = legend.findAll('button')
    expect([first?.attributes('aria-pressed'), second?.attributes('aria-pressed')]).toEqual(['true', 'false'])
    await first?.trigger('click')
    await second?.trigger('click', { ctrlKey: true })
    await second?.trigger('keydown', { key: 'Enter', shiftKey: true })
    await second?.trigger('keydown', { key: ' ', ctrlKey: true })
    expect(legend.emitted('pick')).toEqual([['a', false], ['b', true], ['b', true], ['b', true]])
  })

  it('only names lines if none can be picked', () => {
    expect(show(CurveLegend, { curves }).findAll('button')).toHaveLength(0)
  })
})
