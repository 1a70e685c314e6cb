import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'
import { shallowRef } from 'vue'

import { createSpeaker, type Language, languageOf, localeOf } from '@/i18n'
import { en } from '@/i18n/en'
import { zh } from '@/i18n/zh'
import { METRIC_NAMES } from '@/metrics'

const SOURCE = join(import.meta.dirname, '../src')

interface Tree {
  [key: string]: string | Tree
}

function flat(tree: Tree, before = ''): Record<string, string> {
  return Object.entries(tree).reduce<Record<string, string>>((all, [key, value]) => {
    return typeof value === 'string' ? { ...all, [before + key]: value } : { ...all, ...flat(value, `${before}${key}.`) }
  }, {})
}

function sources(): string {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf-8' })
  const written = files.filter((file) => /\.(vue|ts)$/.test(file) && !/^i18n|schema\.ts$/.test(file))
  return written.map((file) => readFileSync(join(SOURCE, file), 'utf-8')).join('\n')
}

const placeholders = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()

const english = flat(en)
const chinese = flat(zh)
const code = sources()
/** t('nodes.name') */
const named = [...code.matchAll(/\bt\(\s*'([\w.]+)'/g)].map(([, key]) => key ?? '')
/** t(`state.${…}`), t(`metric.${…}Is`) */
const patterns = [...code.matchAll(/\bt\(\s*`([^`]+)`/g)].map(([, key]) => (key ?? '').split(/\$\{[^}]+\}/))

function fits(key: string, [before = '', after = '']: string[]): boolean {
  const middle = key.slice(before.length, key.length - after.length)
  return key.startsWith(before) && key.endsWith(after) && /^\w+$/.test(middle)
}

describe('the languages', () => {
  it('have the same keys', () => {
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort())
  })

  it('have the same placeholders in each sentence', () => {
    for (const [key, sentence] of Object.entries(english)) {
      expect(placeholders(chinese[key] ?? ''), key).toEqual(placeholders(sentence))
    }
  })

  it('have a sentence for every key', () => {
    const empty = [...Object.entries(english), ...Object.entries(chinese)].filter(([, sentence]) => sentence.trim() === '')
    expect(empty).toEqual([])
  })

  it('have every key that the code asks for', () => {
    expect(named.length).toBeGreaterThan(40)
    expect(named.filter((key) => !(key in english))).toEqual([])
  })

  it('have no key that the code never asks for', () => {
    const unused = Object.keys(english).filter((key) => !named.includes(key) && !patterns.some((pattern) => fits(key, pattern)))
    expect(unused).toEqual([])
  })

  it.each([
    ['en', 'One. Two.'],
    ['zh', 'One.Two.'],
  ] as const)('leave room between sentences where the language has it: %s', (language, joined) => {
    expect(createSpeaker(shallowRef<Language>(language)).join('One.', '', null, 'Two.')).toBe(joined)
  })

  it('give a sentence with its values, and the key if there is no sentence', () => {
    const language = shallowRef<Language>('zh')
    const { t, te } = createSpeaker(language)
    expect(t('nodes.shown', { shown: 3, all: 64 })).toBe('3 / 64 个节点')
    expect(t('nodes.shown', { shown: null })).toBe(' /  个节点')
    language.value = 'en'
    expect(t('nodes.shown', { shown: '{all}', all: 64 })).toBe('{all} of 64 nodes')
    expect([t('nodes.nowhere'), te('nodes.nowhere'), te('nodes.shown'), te('nodes')]).toEqual(['nodes.nowhere', false, true, false])
  })
})

describe('every metric', () => {
  it.each(METRIC_NAMES)('%s has a name and a sentence that tells what it is, in each language', (name) => {
    for (const words of [english, chinese]) expect([words[`metrics.${name}.name`], words[`metrics.${name}.is`]]).not.toContain(undefined)
  })
})

describe('the language of the page', () => {
  it.each([
    [['zh-TW', 'en'], 'zh'],
    [['de-DE', 'zh-CN'], 'zh'],
    [['en-US'], 'en'],
    [['fr'], 'en'],
    [[], 'en'],
  ])('for a browser that prefers %j is %s', (preferred, expected) => {
    expect(languageOf(preferred)).toBe(expected)
  })

  it("writes numbers and dates in the browser's own form of it", () => {
    expect(localeOf('en', ['zh-CN', 'en-GB'])).toBe('en-GB')
    expect(localeOf('zh', ['en-GB'])).toBe('zh-CN')
  })
})
