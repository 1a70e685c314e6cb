/** The words for each metric: its name, what it measures, and its values. */

import { formOf, type Metric, METRICS } from '@/metrics'

import { useLanguage } from './useLanguage'

/** From here on bytes are easier to read in TB. */
const LARGE = 10_000 * 1024 ** 3

/** Names and formats by metric, in the viewer's language. */
export function useMetricText() {
  const { t, te, join, units } = useLanguage()

  function valueText({ unit, digits }: Metric, value: number, isShare: boolean): string {
    if (unit === '%' || isShare) return units.value.percent(value)
    if (unit === 'bytes') return t('metric.gigabytes', { amount: units.value.gigabytes(value) })
    if (unit === '°C') return units.value.celsius(value)
    return `${units.value.number(value, Math.min(1, digits))} ${unit}`
  }

  function axisText({ unit }: Metric, value: number, isShare = false): string {
    if (unit === '%' || isShare) return units.value.percentAxis(value)
    if (unit === 'bytes') return units.value.gigabytesAxis(value)
    if (unit === '°C') return units.value.celsiusAxis(value)
    return `${units.value.short(value)} ${unit}`
  }

  function partText(metric: Metric, used: number, total: number): string {
    const { gigabytes, terabytes } = units.value
    if (metric.unit !== 'bytes') return `${valueText(metric, used, false)} / ${valueText(metric, total, false)}`
    if (total < LARGE) return t('metric.memoryOf', { used: gigabytes(used), total: gigabytes(total) })
    return t('metric.memoryOfLarge', { used: terabytes(used), total: terabytes(total) })
  }

  const nameOf = ({ name }: Metric) => t(`metrics.${name}.name`)
  const hintOf = ({ name }: Metric) => t(`metrics.${name}.is`)

  return {
    nameOf,
    shortOf: (metric: Metric) => (te(`metrics.${metric.name}.short`) ? t(`metrics.${metric.name}.short`) : nameOf(metric)),
    hintOf,
    /** The name of the cluster's value: a mean, a sum of parts, or the highest. */
    ofClusterOf: (metric: Metric) => {
      const form = formOf(metric)
      if (form === 'plain' && te(`metrics.${metric.name}.highest`)) return t(`metrics.${metric.name}.highest`)
      const what = { percent: 'mean', 'of-total': 'used', plain: 'highest' }[form]
      return t(`summary.${what}`, { name: nameOf(metric) })
    },
    /** "58.2%", "101.4 GB", "65.5 °C"; a dash for no value. With `isShare` the value is percent, whatever the metric. */
    valueText: (metric: Metric, value: number | null | undefined, isShare = false) =>
      value == null ? t('metric.noValue') : valueText(metric, value, isShare),
    /** "101.4 of 251.5 GB" */
    partText,
    axisText,
    /** How parts of a whole are counted, which their names leave open. */
    formulas: () => join(...METRICS.filter(({ ofTotal }) => ofTotal !== null).map(hintOf)),
  }
}
