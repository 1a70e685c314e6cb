/** Dark or light: like the system, or as chosen here. */

import { computed, type ComputedRef, inject, type InjectionKey, type Ref, shallowRef, watch } from 'vue'

import { byMetric, colourToken, type MetricName } from '@/metrics'

import { useMediaQuery } from './useMediaQuery'
import { useIsPrinting } from './usePrint'

/** Colours of tokens.css that are needed where style sheets do not reach. */
const TOKENS = {
  surface: '--surface',
  grid: '--grid',
  field: '--field',
  track: '--track',
  busy: '--busy',
  idle: '--idle',
  unknown: '--unknown',
  ink: '--ink',
  down: '--down',
  warn: '--warn',
  inkSoft: '--ink-soft',
  bandShare: '--band-share',
  line1: '--line-1',
  line2: '--line-2',
  line3: '--line-3',
  line4: '--line-4',
  line5: '--line-5',
  line6: '--line-6',
  line7: '--line-7',
  line8: '--line-8',
} as const

export const THEMES = ['system', 'light', 'dark'] as const
export type ThemeChoice = (typeof THEMES)[number]

const STORED_AS = 'minipanel.theme'

/** Besides these, each metric has its own. */
export type Colours = Record<keyof typeof TOKENS | MetricName, string>

export interface Theme {
  choice: Ref<ThemeChoice>
  isDark: Readonly<Ref<boolean>>
  /** Those of the current theme. */
  colours: ComputedRef<Colours>
}

export const themeKey: InjectionKey<Theme> = Symbol('theme')

/** Follow the remembered choice or the system's setting. `<html data-theme>` passes it to the style sheets. */
export function createTheme(): Theme {
  const choice = shallowRef<ThemeChoice>(THEMES.find((name) => name === localStorage.getItem(STORED_AS)) ?? 'system')
  const isSystemDark = useMediaQuery('(prefers-color-scheme: dark)')
  const isPrinting = useIsPrinting()
  // Paper is white.
  const isDark = computed(() => !isPrinting.value && (choice.value === 'system' ? isSystemDark.value : choice.value === 'dark'))
  watch(choice, (chosen) => {
    localStorage.setItem(STORED_AS, chosen)
  })
  const name = computed(() => (isDark.value ? 'dark' : 'light'))
  watch(name, tell, { immediate: true, flush: 'sync' })
  return { choice, isDark, colours: computed(() => coloursOf(name.value)) }
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
  // Style sheets depend on the theme set on <html>, so set it first.
  tell(theme)
  const style = getComputedStyle(document.documentElement)
  const read = Object.entries({ ...TOKENS, ...byMetric(({ name }) => colourToken(name)) }).map(([name, token]) => [name, style.getPropertyValue(token).trim()])
  return Object.fromEntries(read) as Colours
}
