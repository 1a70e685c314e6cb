/** The input for a new API token or wall screen, and what is wrong with it. */

import { computed, shallowRef } from 'vue'

import { useErrorText } from './useErrorText'
import { useLanguage } from './useLanguage'

export const MAX_DAYS = 3650
export const MAX_NAME_CHARACTERS = 64
/** The most keys of each kind that the panel keeps. */
export const MAX_KEYS = 200

/** What Python's str.isprintable() refuses: control characters, unassigned ones, and all separators but the plain space. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u

export interface KeyWanted {
  name: string
  days: number
}

/** The form. `taken`: names in use. `submit` passes the input to `make` and returns whether it worked. */
export function useKeyForm(kind: 'token' | 'kiosk', usualDays: number, taken: () => readonly string[], make: (wanted: KeyWanted) => Promise<void>) {
  const { t } = useLanguage()
  const errorText = useErrorText()
  const name = shallowRef('')
  const days = shallowRef(String(usualDays))
  const isBusy = shallowRef(false)
  const isTried = shallowRef(false)
  const problem = shallowRef<unknown>(null)

  const fault = computed(() => {
    const wanted = name.value.trim()
    if (wanted === '') return t('keyForm.noName')
    if ([...wanted].length > MAX_NAME_CHARACTERS || UNPRINTABLE.test(wanted)) return t('keyForm.badName', { most: MAX_NAME_CHARACTERS })
    if (taken().includes(wanted)) return t(`keyForm.taken.${kind}`, { name: wanted })
    if (taken().length >= MAX_KEYS) return t(`keyForm.tooMany.${kind}`, { count: MAX_KEYS })
    const count = Number(days.value.trim())
    const isWhole = /^\d{1,5}$/.test(days.value.trim())
    return isWhole && count >= 1 && count <= MAX_DAYS ? null : t('keyForm.badDays', { days: days.value.trim(), most: MAX_DAYS })
  })
  const sentence = computed(() => {
    if (isTried.value && fault.value !== null) return fault.value
    return problem.value === null ? null : errorText(problem.value)
  })

  async function submit(): Promise<boolean> {
    problem.value = null
    isTried.value = fault.value !== null
    if (isTried.value || isBusy.value) return false
    isBusy.value = true
    try {
      await make({ name: name.value.trim(), days: Number(days.value) })
      name.value = ''
      days.value = String(usualDays)
      return true
    } catch (error) {
      problem.value = error
      return false
    } finally {
      isBusy.value = false
    }
  }

  return { name, days, isBusy, sentence, submit }
}
