import { describe, expect, it } from 'vitest'

import { expand, fold, NodeSetError, partsOf, selectorOf, split } from '@/nodeset'

const nodes = (...names: string[]) => names.map((name) => ({ name, hostname: name }))
const meant = (text: string, names: string[]) => names.filter((name) => selectorOf(text, nodes(...names))({ name, hostname: name }))

describe('a node set', () => {
  it.each([
    ['node[01-03,7]', ['node01', 'node02', 'node03', 'node7']],
    ['n[08-11]', ['n08', 'n09', 'n10', 'n11']],
    ['n[9-11]', ['n9', 'n10', 'n11']],
    ['n[1-9/4]', ['n1', 'n5', 'n9']],
    ['r[1-2]n[1-2]', ['r1n1', 'r1n2', 'r2n1', 'r2n2']],
    ['n[1-2].hpc,login', ['n1.hpc', 'n2.hpc', 'login']],
    ['n[1-4] !n[2-3]', ['n1', 'n4']],
    ['!n2, n[1-3]', ['n1', 'n3']],
    ['n1,n1,n[1-2]', ['n1', 'n2']],
  ])('%s names %j', (text, names) => {
    expect(expand(text)).toEqual(names)
  })

  it.each(['n[1-', 'n]', 'n[3-1]', 'n[a]', 'n[]', 'n[1-99999999]', 'n[1-200]x[1-200]', 'n[1-5/0]'])('%s is none', (text) => {
    expect(() => expand(text)).toThrow(NodeSetError)
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
    [[], ''],
  ])('%j are %s', (names, text) => {
    expect(fold(names)).toBe(text)
  })

  it('name the same nodes again', () => {
    const names = Array.from({ length: 300 }, (_, index) => `node${String(index * 7).padStart(3, '0')}`)
    expect(expand(fold(names)).sort()).toEqual([...names].sort())
  })

  it('tell the beginning, the number and the end of one', () => {
    expect(split('r1n07.hpc')).toEqual({ before: 'r1n', number: '07', after: '.hpc' })
    expect(split('login')).toEqual({ before: 'login', number: '', after: '' })
  })
})

describe('a search', () => {
  const names = ['node01', 'node02', 'node03', 'node030', 'login', 'gpu01.hpc']

  it.each([
    ['', names],
    ['node0', ['node01', 'node02', 'node03', 'node030']],
    ['NODE01', ['node01']],
    ['node[01-02]', ['node01', 'node02']],
    ['node[01-02],gpu', ['node01', 'node02', 'gpu01.hpc']],
    ['gpu[01-09]', ['gpu01.hpc']],
    ['!node03', ['node01', 'node02', 'node030', 'login', 'gpu01.hpc']],
    ['node !node[01-03]', ['node030']],
    ['!gpu', ['node01', 'node02', 'node03', 'node030', 'login']],
    ['!', names],
    ['node[0', ['node01', 'node02', 'node03', 'node030']],
    ['node[x]', []],
  ])('for "%s" finds %j', (text, found) => {
    expect(meant(text, names)).toEqual(found)
  })

  it('finds a node by its name as well as by its hostname', () => {
    const node = { name: 'big one', hostname: 'fat01' }
    expect(selectorOf('big', [node])(node)).toBe(true)
    expect(selectorOf('fat[01-02]', [node])(node)).toBe(true)
  })
})
