/** Exports the shown history as files: CSV and PNG. */

import { type Ref, shallowRef, watch } from 'vue'

import { csvOf } from '@/history/csv'
import { pictureOf, save } from '@/history/picture'
import type { HistoryPlot } from '@/history/plot'

import { useTheme } from './useTheme'

/** Save what `readExact` returns and what the element `shown` shows, under a name with the nodes (`title`) and the time. */
export function useExport(plot: Ref<HistoryPlot | null>, readExact: () => Promise<HistoryPlot | null>, title: Ref<string>, shown: Ref<HTMLElement | null>) {
  const { colours } = useTheme()
  /** Up to this time history could not be read, so nothing was saved. */
  const unreadCsv = shallowRef<number | null>(null)
  watch(plot, () => { unreadCsv.value = null })

  function fileName(suffix: string): string {
    const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 16).replaceAll(':', '')
    const { from, to } = plot.value ?? { from: 0, to: 0 }
    return `minipanel-${title.value.replace(/[^\w.[\],-]/g, '_').slice(0, 60)}-${day(from)}Z-${day(to)}Z.${suffix}`
  }

  async function saveCsv() {
    const name = fileName('csv')
    // If the panel does not answer, rounded values are better than none.
    const exact = await readExact().catch(() => plot.value)
    // Like the API: a file can't say that it is incomplete.
    unreadCsv.value = exact?.unreadUntil ?? null
    if (exact && unreadCsv.value === null) save(new Blob(['\ufeff', csvOf(exact)], { type: 'text/csv;charset=utf-8' }), name)
  }

  async function savePng() {
    if (!plot.value || !shown.value) return
    const font = getComputedStyle(shown.value).fontFamily
    const { surface, ink } = colours.value
    save(await pictureOf(shown.value, `${title.value} · MiniPanel`, { ground: surface, ink, font }), fileName('png'))
  }

  return { saveCsv, savePng, unreadCsv }
}
