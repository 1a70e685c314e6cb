/** The languages of the page, and the one that is spoken now. */

import { createI18n } from 'vue-i18n'

import { en, type Messages } from './en'
import { zh } from './zh'

export const LANGUAGES = { en: 'English', zh: '中文' } as const
export type Language = keyof typeof LANGUAGES

/** The subtag a language bears in `<html lang>` where it is more than its own name. */
export const HTML_LANG: Record<Language, string> = { en: 'en', zh: 'zh-CN' }

/** The first language of the browser's list that the page speaks; English where there is none. */
export function languageOf(preferred: readonly string[]): Language {
  const known = preferred.map((tag) => tag.split('-')[0]).find((name) => name !== undefined && name in LANGUAGES)
  return (known as Language | undefined) ?? 'en'
}

/** The browser's own form of `language` (en-GB, zh-TW): numbers and dates then look as the viewer is used to. */
export function localeOf(language: Language, preferred: readonly string[]): string {
  return preferred.find((tag) => tag.split('-')[0] === language) ?? HTML_LANG[language]
}

/** vue-i18n with every message of every language, speaking `language`. */
export function createMessages(language: Language) {
  return createI18n<[Messages], Language, false>({
    legacy: false,
    locale: language,
    fallbackLocale: 'en',
    messages: { en, zh },
  })
}
