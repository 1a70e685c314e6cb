/** The languages of the page, and the current one. */

import type { Ref } from 'vue'

import { en, type Messages } from './en'
import { zh } from './zh'

export const LANGUAGES = { en: 'English', zh: '中文' } as const
export type Language = keyof typeof LANGUAGES

/** A language's tag in `<html lang>`, if that is more than its name here. */
export const HTML_LANG: Record<Language, string> = { en: 'en', zh: 'zh-CN' }

/** The first language of the browser's list that the page has; English if it has none of them. */
export function languageOf(preferred: readonly string[]): Language {
  const known = preferred.map((tag) => tag.split('-')[0]).find((name) => name !== undefined && name in LANGUAGES)
  return (known as Language | undefined) ?? 'en'
}

/** The browser's own form of `language` (en-GB, zh-TW): numbers and dates then look as the viewer is used to. */
export function localeOf(language: Language, preferred: readonly string[]): string {
  return preferred.find((tag) => tag.split('-')[0] === language) ?? HTML_LANG[language]
}

interface Tree { [key: string]: string | Tree }
type Catalogue = ReadonlyMap<string, string>

/** The space between two sentences: a Chinese full stop includes its own. */
const BETWEEN: Record<Language, string> = { en: ' ', zh: '' }
const SENTENCES: Record<Language, Messages> = { en, zh }
const catalogues = new Map<Language, Catalogue>()

export interface Speaker {
  /** The sentence under `key`, such as `nodes.shown`, with `words` put in by name; the key if there is no sentence. */
  t: (key: string, words?: Record<string, unknown>) => string
  /** Whether there is a sentence under `key`. */
  te: (key: string) => boolean
  /** Whole sentences, one after another; those that are empty or null are left out. */
  join: (...sentences: (string | null)[]) => string
}

/** Returns the page's sentences in `language`, which may change. */
export function createSpeaker(language: Readonly<Ref<Language>>): Speaker {
  const catalogue = () => catalogueOf(language.value)
  return {
    t: (key, words) => {
      const sentence = catalogue().get(key) ?? key
      return words ? sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(words[name] ?? '')) : sentence
    },
    te: (key) => catalogue().has(key),
    join: (...sentences) => sentences.filter(Boolean).join(BETWEEN[language.value]),
  }
}

function catalogueOf(language: Language): Catalogue {
  const known = catalogues.get(language) ?? new Map(sentencesIn(SENTENCES[language] as unknown as Tree))
  catalogues.set(language, known)
  return known
}

function sentencesIn(tree: Tree, before = ''): [string, string][] {
  return Object.entries(tree).flatMap(([name, held]) =>
    typeof held === 'string' ? [[before + name, held] as [string, string]] : sentencesIn(held, `${before}${name}.`),
  )
}
