/** Dark or light, as the system has it. */

import { computed, type ComputedRef, inject, type InjectionKey, type Ref, watch } from 'vue'

import { useMediaQuery } from './useMediaQuery'

/** Colours of tokens.css that are needed where style sheets do not reach. */
const TOKENS = {
  accent: '--accent',
  surface: '--surface',
  line: '--line',
  grid: '--grid',
  field: '--field',
  ink: '--ink',
  inkSoft: '--ink-soft',
  hover: '--hover',
  chosen: '--chosen',
  cpu: '--cpu',
  cpuBand: '--cpu-band',
  memory: '--memory',
  memoryBand: '--memory-band',
  temperature: '--temperature',
  temperatureBand: '--temperature-band',
} as const

export type Colours = Record<keyof typeof TOKENS, string>

export interface Theme {
  isDark: Readonly<Ref<boolean>>
  /** As they hold in the theme of now. */
  colours: ComputedRef<Colours>
}

export const themeKey: InjectionKey<Theme> = Symbol('theme')

/** Follow the system's setting; `<html data-theme>` tells the style sheets. */
export function createTheme(): Theme {
  const isDark = useMediaQuery('(prefers-color-scheme: dark)')
  const name = computed(() => (isDark.value ? 'dark' : 'light'))
  watch(name, tell, { immediate: true, flush: 'sync' })
  return { isDark, colours: computed(() => coloursOf(name.value)) }
}

/** The theme of this page. */
export function useTheme(): Theme {
  const theme = inject(themeKey)
  if (!theme) throw new Error('no theme was provided')
  return theme
}

function tell(name: string) {
  document.documentElement.dataset['theme'] = name
}

function coloursOf(theme: string): Colours {
  // Style sheets answer for the theme that <html> bears, so it must bear this one first.
  tell(theme)
  const style = getComputedStyle(document.documentElement)
  const read = Object.entries(TOKENS).map(([name, token]) => [name, style.getPropertyValue(token).trim()])
  return Object.fromEntries(read) as Colours
}
