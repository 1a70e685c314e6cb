// @vitest-environment node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { METRIC_NAMES } from '@/metrics'
import { namesOf, searchOf } from '@/search/search'
import { IDLE_BELOW } from '@/search/terms'
import { MOST_CHARACTERS, wordsOf } from '@/search/words'

import { GIB, neverSeen, realtimeNode } from './nodes'

const named = (name: string, changes: Parameters<typeof realtimeNode>[0] = {}) => realtimeNode({ name, hostname: name, ...changes })
const NODES = [
  named('node01', { cpu_percent: 1, cpu_temp: 40, memory_percent: 90, memory_used: 230 * GIB }),
  named('node02', { cpu_percent: 98, cpu_temp: 91.4, memory_percent: 20 }),
  named('node03', { cpu_percent: 60, cpu_temp: null, clock_skew_seconds: -41 }),
  named('node030', { cpu_percent: 97, cpu_temp: 86 }),
  // Its last values are from before it died.
  named('node04', { state: 'down', cpu_percent: 99, cpu_temp: 99 }),
  neverSeen({ name: 'login', hostname: 'login.hpc' }),
  named('gpu01', { hostname: 'gpu01.hpc', cpu_percent: 4.9, cpu_temp: 84.96 }),
]
const GROUPS: Record<string, string[]> = { rack1: ['node01', 'node02'], rack2: ['node03', 'node030', 'node04'], GPU: ['gpu01.hpc'], 机柜1: ['node01'] }
const nodesOf = (group: string) => (Object.hasOwn(GROUPS, group) ? GROUPS[group] : undefined)
const search = (text: string) => searchOf(text, namesOf(NODES), nodesOf)
const found = (text: string) => NODES.filter(search(text).means).map(({ name }) => name)
const ALL = NODES.map(({ name }) => name)

describe('a search by name', () => {
  it.each([
    ['', ALL],
    ['  ', ALL],
    ['node', ['node01', 'node02', 'node03', 'node030', 'node04']],
    ['NODE01', ['node01']],
    ['gpu01.hpc', ['gpu01']],
    ['hpc', ['login', 'gpu01']],
    ['node[01-02]', ['node01', 'node02']],
    ['node[01-02],gpu', ['node01', 'node02', 'gpu01']],
    ['gpu[01-09]', ['gpu01']],
    ['!node03', ['node01', 'node02', 'node030', 'node04', 'login', 'gpu01']],
    ['node !node[01-03]', ['node030', 'node04']],
    ['!gpu', ['node01', 'node02', 'node03', 'node030', 'node04', 'login']],
    ['node[0', ['node01', 'node02', 'node03', 'node030', 'node04']],
    ['node[x]', []],
    ['!', ALL],
    ['@', ALL],
  ])('for "%s" finds %j', (text, names) => {
    expect(found(text)).toEqual(names)
  })

  it('finds a node by its name as well as by its hostname, in upper or lower case', () => {
    const nodes = [realtimeNode({ name: '登录节点', hostname: 'fat01' })]
    for (const text of ['登录', 'fat[01-02]']) expect(nodes.filter(searchOf(text, namesOf(nodes), nodesOf).means), text).toHaveLength(1)
  })

  it('takes a word that is a node’s name for that node', () => {
    const nodes = [named('idle'), named('idle2'), named('node01', { cpu_percent: 0 })]
    expect(nodes.filter(searchOf('idle', namesOf(nodes), nodesOf).means).map(({ name }) => name)).toEqual(['idle', 'idle2'])
    expect(nodes.filter(searchOf('!idle', namesOf(nodes), nodesOf).means).map(({ name }) => name)).toEqual(['idle2', 'node01'])
  })
})

describe('groups, states and conditions', () => {
  it.each([
    ['@rack1', ['node01', 'node02']],
    ['@rack[1-2] !node03', ['node01', 'node02', 'node030', 'node04']],
    ['@GPU', ['gpu01']],
    ['@机柜1', ['node01']],
    ['@rack1 gpu', ['node01', 'node02', 'gpu01']],
    ['!@rack1 node', ['node03', 'node030', 'node04']],
    ['@rack1 temp>85', ['node02']],
    ['temp>85', ['node02', 'node030']],
    ['temp>=85', ['node02', 'node030']],
    ['temp=85', ['gpu01']],
    ['temp=91.4', ['node02']],
    ['temperature > 85 °C', ['node02', 'node030']],
    ['temp>85 temp<90', ['node030']],
    ['cpu_temp<50', ['node01']],
    ['mem>80', ['node01']],
    ['memory > 200 GB', ['node01']],
    ['mem>0.2TB', ['node01']],
    ['mem>80 idle', ['node01']],
    ['idle', ['node01', 'gpu01']],
    ['busy', ['node02', 'node03', 'node030']],
    ['node[01-40] cpu<5', ['node01']],
    ['clock>2', ['node03']],
    ['down', ['node04']],
    ['down never', ['node04', 'login']],
    ['!down', ['node01', 'node02', 'node03', 'node030', 'login', 'gpu01']],
    ['up !temp>80 !busy', ['node01']],
    ['DOWN @rack2', ['node04']],
    ['温度>85', ['node02', 'node030']],
    ['内存>80 空闲', ['node01']],
    ['离线 未上报', ['node04', 'login']],
  ])('%s: %j', (text, names) => {
    expect(search(text).troubles).toEqual([])
    expect(found(text)).toEqual(names)
  })

  it('follow the values, while names do not', () => {
    const { means, isLive } = search('node temp>85')
    expect(isLive).toBe(true)
    expect(means(named('node01', { cpu_temp: 86 }))).toBe(true)
    expect(means(named('node01', { cpu_temp: 84 }))).toBe(false)
    expect(['node[01-40]', '@rack1 !node02', ''].map((text) => search(text).isLive)).toEqual([false, false, false])
  })

  it('call a node idle as the panel does', () => {
    const panel = readFileSync(join(import.meta.dirname, '../../minipanel/services/sums.py'), 'utf-8')
    expect(/^IDLE_BELOW\b.* = (\d+)$/m.exec(panel)?.[1]).toBe(String(IDLE_BELOW))
  })

  it('can ask for each metric by its own name', () => {
    for (const name of METRIC_NAMES) expect(search(`${name}>0`).troubles).toEqual([])
  })
})

describe('a Chinese keyboard', () => {
  it.each([
    ['＠ｒａｃｋ１，ｎｏｄｅ０３', '@rack1,node03'],
    ['node【０１－０２】', 'node[01-02]'],
    ['node01、node02　gpu01', 'node01,node02 gpu01'],
    ['node ！node[01-03]', 'node !node[01-03]'],
    ['温度＞８５', 'temp>85'],
    ['温度》85', 'temp>85'],
    ['ｃｐｕ《５', 'cpu<5'],
    ['内存≥８０％', 'mem>=80%'],
    ['temp＝９１．４℃', 'temp=91.4°C'],
    ['gpu01。hpc', 'gpu01.hpc'],
  ])('%s is %s', (typed, plain) => {
    expect(found(typed)).toEqual(found(plain))
    expect(found(typed)).not.toEqual([])
    expect(search(typed).troubles).toEqual([])
  })
})

describe('what is not understood', () => {
  it.each([
    ['tmp>85', 'measure', 'tmp'],
    ['>85', 'measure', ''],
    ['85<temp', 'measure', '85'],
    ['<script>alert(1)</script>', 'measure', ''],
    ['temp>', 'number', undefined],
    ['temp>hot', 'number', undefined],
    ['temp>85,5', 'number', undefined],
    ['temp>1e400', 'number', undefined],
    ['temp>85x', 'unit', 'x'],
    ['temp>80%', 'unit', '%'],
    ['@rack9', 'group', 'rack9'],
    ['@rack[1-9]', 'group', 'rack3'],
    ['@constructor', 'group', 'constructor'],
    ['node[5-1]', 'set', undefined],
    ['node[1-999999999]', 'tooLarge', undefined],
    ['node.*', 'signs', undefined],
    ['^node(01|02)$', 'signs', undefined],
    ['"node01"', 'signs', undefined],
  ])('%s is named, and why', (text, trouble, name) => {
    expect(search(text).troubles[0]).toMatchObject({ word: text.split(' ')[0], trouble, ...(name === undefined ? {} : { name }) })
  })

  it('is ignored if it would narrow, and matches no node if it would name some', () => {
    expect(found('@rack1 tmp>85')).toEqual(['node01', 'node02'])
    expect(found('temp>')).toEqual(ALL)
    expect(found('@rack9')).toEqual([])
    expect(found('@rack9 temp>0')).toEqual([])
    expect(found('@rack9 node01')).toEqual(['node01'])
    expect(found('!@rack9')).toEqual(ALL)
  })

  it('includes a name among others that is no node’s', () => {
    expect(search('node01 nodo2').troubles).toEqual([{ word: 'nodo2', trouble: 'nobody' }])
    expect(search('nodo2').troubles).toEqual([])
  })

  it('is read to its end, however long or odd', () => {
    for (const text of ['a'.repeat(10_000), '@'.repeat(10_000)]) expect(search(text).troubles).toEqual([{ word: text, trouble: 'tooLong' }])
    const sets = Array.from({ length: 200 }, (_, index) => `n${String(index)}x[1-90000]`).join(' ')
    expect(search(sets).troubles.filter(({ trouble }) => trouble === 'tooLarge')).toHaveLength(198)
    const odd = ['<', '[', ' ', ',', '!', '@rack1 ', '[1-9]', 'temp>', '(a+)+$', '𝟗', '\u0000', '0 '].map((sign) => sign.repeat(MOST_CHARACTERS).slice(0, MOST_CHARACTERS))
    for (const text of odd) expect(search(text).troubles.length, text.slice(0, 8)).toBeLessThanOrEqual(MOST_CHARACTERS)
  })

  it('keeps words as typed, except for their width', () => {
    expect(wordsOf('＠Rack1， temp > 85  node[1, 2]，cpu<5,node7 mem > 2 GB')).toEqual(['@Rack1', 'temp>85', 'node[1, 2]', 'cpu<5', 'node7', 'mem>2GB'])
    expect(wordsOf('@rack9 <b> temp> node01 n1 !n2 ! n3')).toEqual(['@rack9', '<b>', 'temp>', 'node01', 'n1', '!n2', '!n3'])
  })
})
