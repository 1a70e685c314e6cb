/** The summary's facts in words. */

import { computed, type Ref } from 'vue'

import type { ClusterSummary } from './clusterSummary'
import { useAge } from './useAge'
import { useLanguage } from './useLanguage'

/** From here on bytes are easier read in TB. */
const LARGE = 10_000 * 1024 ** 3

/** Texts of `summary`; `panelTime` in Unix seconds. */
export function useSummaryText(summary: Ref<ClusterSummary>, panelTime: Ref<number | null>) {
  const { t, units } = useLanguage()
  const ageText = useAge()
  return {
    cpu: computed(() => (summary.value.cpuMean === null ? t('metric.noValue') : units.value.percent(summary.value.cpuMean))),
    memory: computed(() => {
      const { memoryUsed: used, memoryTotal: total } = summary.value
      const { gigabytes, terabytes } = units.value
      if (used === null || total === null) return t('metric.noValue')
      if (total < LARGE) return t('metric.memoryOf', { used: gigabytes(used), total: gigabytes(total) })
      return t('metric.memoryOfLarge', { used: terabytes(used), total: terabytes(total) })
    }),
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
