import { describe, expect, it } from 'vitest'

import SearchField from '@/components/SearchField.vue'
import SearchHelp from '@/components/SearchHelp.vue'
import type { Language } from '@/i18n'
import { namesOf, searchOf } from '@/search/search'

import { show } from './mounting'
import { realtimeNode } from './nodes'

const NODES = [realtimeNode({ name: 'node01', hostname: 'node01' })]

async function examplesIn(language: Language): Promise<string[]> {
  const view = show(SearchHelp, { nodes: NODES, canDraw: true }, { language })
  await view.get('button').trigger('click')
  return view.findAll('dt').map((example) => example.text())
}

describe('the examples of a search', () => {
  it.each([
    ['en', ['down', 'idle', 'temp>85', 'mem>200GB']],
    ['zh', ['离线', '空闲', '温度>85', '内存>200GB']],
  ] as const)('are words of the language: %s', async (language, words) => {
    const examples = await examplesIn(language)
    expect(examples.slice(-words.length)).toEqual(words)
    for (const example of examples) expect(searchOf(example, namesOf(NODES), () => undefined).troubles, example).toEqual([])
  })

  it.each([
    ['功率>3', '已忽略“功率>3”：条件开头须为 cpu、内存、温度、时钟，如“温度>85”。'],
    ['内存>', '已忽略“内存>”：缺少数值，如“内存>80”。'],
    ['温度>85%', '已忽略“温度>85%”：“%”不能用作“温度”的单位，可用：°C。'],
  ])('and what is not understood is told in them: %s', (text, sentence) => {
    const { troubles } = searchOf(text, namesOf(NODES), () => undefined)
    expect(show(SearchField, { modelValue: text, nodes: NODES, troubles }, { language: 'zh' }).get('.trouble').text()).toBe(sentence)
  })
})
