/** The words for each metric: its name, what it measures, and its values. */

import type { Metric } from '@/charts/metrics'

import { useLanguage } from './useLanguage'

/** Names and formats by metric, in the viewer's language. */
export function useMetricText() {
  const { t, units } = useLanguage()

  function valueText(metric: Metric, value: number, isShare: boolean): string {
    if (metric === 'cpu' || isShare) return units.value.percent(value)
    if (metric === 'memory') return t('metric.gigabytes', { amount: units.value.gigabytes(value) })
    return units.value.celsius(value)
  }

  function axisText(metric: Metric, value: number, isShare = false): string {
    if (metric === 'cpu' || isShare) return units.value.percentAxis(value)
    if (metric === 'memory') return units.value.gigabytesAxis(value)
    return units.value.celsiusAxis(value)
  }

  return {
    nameOf: (metric: Metric) => t(`metric.${metric}`),
    hintOf: (metric: Metric) => t(`metric.${metric}Is`),
    /** "58.2%", "101.4 GB", "65.5 °C"; a dash for no value. With `isShare` the value is percent, whatever the metric. */
    valueText: (metric: Metric, value: number | null | undefined, isShare = false) =>
      value == null ? t('metric.noValue') : valueText(metric, value, isShare),
    axisText,
  }
}
