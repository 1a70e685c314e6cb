/** When something happened, in the words of the lists of sessions and keys. */

import { useAge } from './useAge'
import { useCluster } from './useCluster'
import { useLanguage } from './useLanguage'

/** The panel records the last use of a session or a key once a minute. */
const EXACT_SECONDS = 90

/** Functions that turn Unix seconds into text; "now" is the panel's time. */
export function useMoments() {
  const { t, units } = useLanguage()
  const { panelTime } = useCluster()
  const ageText = useAge()
  const now = () => panelTime.value ?? Date.now() / 1000
  return {
    /** "now", "3 min ago" */
    ago: (seconds: number) => {
      const age = now() - seconds
      return age < EXACT_SECONDS ? t('access.now') : t('access.ago', { age: ageText(age) })
    },
    isOver: (seconds: number) => seconds <= now(),
    /** "24 Nov 2025, 14:05" */
    at: (seconds: number) => units.value.dateMinute(seconds),
    /** "24 Nov 2025" */
    day: (seconds: number) => units.value.date(seconds),
    /** "Times in Asia/Shanghai (GMT+8)" */
    zone: () => t('time.zone', { zone: units.value.zoneOf(now()) }),
  }
}
