/** Naive UI in the colours of tokens.css; the dark forms of the components that are used, and of no others. */

import { buttonDark, createTheme, type GlobalThemeOverrides, inputDark, selectDark } from 'naive-ui'

import type { Colours } from '@/composables/useTheme'

export const naiveDark = createTheme([buttonDark, inputDark, selectDark])

/** The page's own measures and colours for Naive UI's components. */
export function overridesFrom({ accent, surface, line, field: edge, inkSoft, ink, hover, chosen }: Colours): GlobalThemeOverrides {
  const field = {
    color: surface,
    colorFocus: surface,
    colorActive: surface,
    border: `1px solid ${edge}`,
    textColor: ink,
    placeholderColor: inkSoft,
  }
  return {
    common: {
      primaryColor: accent,
      primaryColorHover: accent,
      primaryColorPressed: accent,
      primaryColorSuppl: accent,
      fontFamily: 'var(--font)',
      borderRadius: '5px',
    },
    Input: field,
    Select: {
      menuBoxShadow: `0 0 0 1px ${line}, 0 8px 24px rgb(0 0 0 / 24%)`,
      peers: {
        InternalSelection: { ...field, heightSmall: '1.75rem', fontSizeSmall: '0.875rem' },
        InternalSelectMenu: { optionFontSizeSmall: '0.875rem', optionHeightSmall: '1.75rem', color: surface, optionTextColor: ink, optionColorPending: hover, optionColorActive: chosen },
      },
    },
  }
}
