import { describe, expect, it } from 'vitest'

import NodeFacts from '@/components/NodeFacts.vue'

import { show } from './mounting'

const NOW = 1_700_000_000
const whole = Array.from({ length: 720 }, (_, index) => NOW - 5 * (719 - index))
const facts = (changes: Record<string, unknown> = {}, language: 'en' | 'zh' = 'en') => {
  const agent = { version: '0.1.0', sensor: 'coretemp Package id 0' }
  const props = { timestamps: whole.filter((time) => time !== NOW - 200), now: NOW, interval: 5, skewSeconds: -0.3, agent, hasSensor: true, ...changes }
  const view = show(NodeFacts, props, { language })
  return view.findAll('dl > div').map((fact) => [fact.get('dt').text(), fact.get('dd').text()])
}

describe('the facts of one node', () => {
  it('are its missed samples, its sensor, its clock and its agent', () => {
    expect(facts()).toEqual([
      ['Samples in the last hour', '1 of 720 missed'],
      ['Sensor', 'coretemp Package id 0'],
      ['Clock', '-0.3 s'],
      ['Agent', '0.1.0'],
    ])
  })

  it('count the samples that the interval allows, since when they come, and the outage separately', () => {
    const samples = (timestamps: number[], interval = 5) => facts({ timestamps, interval })[0]?.[1]
    expect(samples(Array.from({ length: 60 }, (_, index) => NOW - 20 - 60 * (59 - index)), 60)).toBe('all 60 received')
    expect(samples([])).toBe('none')
    expect(samples([NOW])).toMatch(/^1 since \d\d:\d\d, none missed$/)
    expect(samples([NOW - 15, NOW])).toMatch(/^2 of 4 missed since \d\d:\d\d$/)
    expect(samples(whole.filter((time) => Math.abs(time - NOW + 1800) >= 300))).toBe('all 601 received; outage of 10 min')
  })

  it('are shown in Chinese too', () => {
    expect(facts({}, 'zh').map(([name]) => name)).toEqual(['近 1 小时样本', '传感器', '时钟偏差', 'Agent 版本'])
  })

  it('say that there is no sensor, or that it has no name', () => {
    const agent = { version: '0.1.0', sensor: null }
    expect(facts({ agent, hasSensor: false })[1]).toEqual(['Sensor', 'no sensor'])
    expect(facts({ agent })[1]).toEqual(['Sensor', '–'])
  })
})
