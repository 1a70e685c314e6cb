/** The summary's facts in words. */

import { computed, type Ref } from 'vue'

import type { ClusterSummary } from './clusterSummary'
import { useAge } from './useAge'
import { useLanguage } from './useLanguage'

/** Texts of `summary`; `panelTime` in Unix seconds. */
export function useSummaryText(summary: Ref<ClusterSummary>, panelTime: Ref<number | null>) {
  const { t, units } = useLanguage()
  const ageText = useAge()
  return {
    clocks: computed(() => {
      const { skew } = summary.value
      return skew === null ? t('metric.noValue') : `± ${units.value.seconds(Math.abs(skew.seconds))}`
    }),
    newest: computed(() => {
      const { newest } = summary.value
      return newest === null || panelTime.value === null ? t('summary.none') : t('summary.old', { age: ageText(panelTime.value - newest) })
    }),
  }
}
