/** Ages in words: "5 min". */

import { ageOf } from '@/units'

import { useLanguage } from './useLanguage'

/** Returns a function that formats seconds in their largest whole unit, in the viewer's language. */
export function useAge(): (ageSeconds: number) => string {
  const { t, units } = useLanguage()
  return (ageSeconds) => {
    const { amount, unit } = ageOf(ageSeconds)
    return t(`age.${unit}`, { amount: units.value.count(amount) })
  }
}
