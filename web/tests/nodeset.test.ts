// @vitest-environment node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { expand, fold, MAX_NAMES, NodeSetError, partsOf, selected, split } from '@/nodeset'

interface Case {
  text: string
  count?: number
  first?: string
  last?: string
  refused?: true
}

/** What ClusterShell makes of each text, and what is refused on both sides: the panel's tests read the same file. */
const CASES = JSON.parse(readFileSync(join(import.meta.dirname, '../../tests/nodesets.json'), 'utf-8')) as Case[]

describe('a node set', () => {
  it.each(CASES.filter(({ refused }) => !refused))('$text names as many nodes as it does to the panel: $count', ({ text, count, first, last }) => {
    const names = expand(text)
    expect([names.length, names[0], names.at(-1)]).toEqual([count, first, last])
  })

  it.each(CASES.filter(({ refused }) => refused))('"$text" is none', ({ text }) => {
    expect(() => expand(text)).toThrow(NodeSetError)
  })

  it.each([
    ['node[01-03,7]', ['node01', 'node02', 'node03', 'node7']],
    ['r[1-2]n[1-2]', ['r1n1', 'r1n2', 'r2n1', 'r2n2']],
    ['n[1-2].hpc,login', ['n1.hpc', 'n2.hpc', 'login']],
  ])('%s names %j', (text, names) => {
    expect(expand(text)).toEqual(names)
  })

  it('of too many nodes is refused as such, before it is expanded', () => {
    const begin = performance.now()
    for (const text of ['n[1-999999999999999]', 'n1[1-999999999999999]', `n[0-${String(MAX_NAMES)}]`, 'n[1-9999]x[1-9999]']) {
      expect(() => expand(text)).toThrow(expect.objectContaining({ isTooLarge: true }))
    }
    expect(performance.now() - begin).toBeLessThan(500)
  })

  it.each([
    ['n[1-4] !n[2-3]', ['n1', 'n4']],
    ['!n2, n[1-3]', ['n1', 'n3']],
    ['n1 n3,n1', ['n1', 'n3']],
    ['!n1', []],
  ])('or a few of them, and less those after a "!": %s is %j', (text, names) => {
    expect(selected(text)).toEqual(names)
  })

  it('is split at commas and spaces, but not inside brackets', () => {
    expect(partsOf(' n[1,2], !n3  m ')).toEqual(['n[1,2]', '!n3', 'm'])
  })
})

describe('names folded', () => {
  it.each([
    [['n1', 'n2', 'n3', 'm'], 'n[1-3],m'],
    [['node01', 'node02', 'node10', 'node09', 'node11'], 'node[01-02,09-11]'],
    [['n98', 'n99', 'n100'], 'n[98-100]'],
    [['r1n01', 'r1n02', 'r2n01'], 'r1n[01-02],r2n01'],
    [['n1.c2.hpc', 'n2.c2.hpc'], 'n[1-2].c2.hpc'],
    [['n09', 'n10', 'n99', 'n100'], 'n[09-10,99-100]'],
    [['n1234567890123456', 'n1234567890123457'], 'n1234567890123456,n1234567890123457'],
    [[], ''],
  ])('%j are %s', (names, text) => {
    expect(fold(names)).toBe(text)
  })

  it('name the same nodes again', () => {
    const names = Array.from({ length: 300 }, (_, index) => `node${String(index * 7).padStart(3, '0')}`)
    expect(expand(fold(names)).sort()).toEqual([...names].sort())
  })

  it('gain no digit if there are leading zeros: ClusterShell refuses n[09-100]', () => {
    const names = Array.from({ length: 92 }, (_, index) => `n${String(index + 9).padStart(2, '0')}`)
    expect(fold(names)).toBe('n[09-99,100]')
    expect(expand(fold(names))).toEqual(names)
  })

  it('have the beginning, the number and the end of a name', () => {
    expect(split('r1n07.hpc')).toEqual({ before: 'r1n', number: '07', after: '.hpc' })
    expect(split('login')).toEqual({ before: 'login', number: '', after: '' })
  })
})
