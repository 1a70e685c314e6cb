/** The language of the page: the browser's, or the one chosen here before. */

import { computed, type ComputedRef, inject, type InjectionKey, type Ref, ref, watch } from 'vue'

import { createSpeaker, HTML_LANG, type Language, LANGUAGES, languageOf, localeOf, type Speaker } from '@/i18n'
import { createUnits, type Units } from '@/units'

const STORED_AS = 'minipanel.language'

export interface LanguageChoice extends Speaker {
  language: Ref<Language>
  units: ComputedRef<Units>
}

export const languageKey: InjectionKey<LanguageChoice> = Symbol('language')

/** The choice at the start of the page. From then on it is remembered, and set in `<html lang>`. */
export function createLanguage(): LanguageChoice {
  const language = ref(stored() ?? languageOf(navigator.languages))
  const units = computed(() => createUnits(localeOf(language.value, navigator.languages)))
  watch(
    language,
    (chosen) => {
      document.documentElement.lang = HTML_LANG[chosen]
    },
    { immediate: true },
  )
  watch(language, (chosen) => {
    localStorage.setItem(STORED_AS, chosen)
  })
  return { language, units, ...createSpeaker(language) }
}

/** The page's language, its formatters, and `t` for its sentences. */
export function useLanguage(): LanguageChoice {
  const choice = inject(languageKey)
  if (!choice) throw new Error('no language was provided')
  return choice
}

function stored(): Language | null {
  const name = localStorage.getItem(STORED_AS)
  return name !== null && name in LANGUAGES ? (name as Language) : null
}
