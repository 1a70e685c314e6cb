/** What is shown of history, as files: CSV and PNG. */

import { type Ref, shallowRef, watch } from 'vue'

import { csvOf } from '@/history/csv'
import { pictureOf, save } from '@/history/picture'
import type { HistoryPlot } from '@/history/plot'

import { useTheme } from './useTheme'

/** Save what `readExact` gives and the element `shown` shows, under a name that tells whose it is (`title`) and of when. */
export function useExport(plot: Ref<HistoryPlot | null>, readExact: () => Promise<HistoryPlot | null>, title: Ref<string>, shown: Ref<HTMLElement | null>) {
  const { colours } = useTheme()
  /** Up to when times could not be read: why nothing was saved. */
  const unreadCsv = shallowRef<number | null>(null)
  watch(plot, () => { unreadCsv.value = null })

  function fileName(suffix: string): string {
    const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 16).replaceAll(':', '')
    const { from, to } = plot.value ?? { from: 0, to: 0 }
    return `minipanel-${title.value.replace(/[^\w.[\],-]/g, '_').slice(0, 60)}-${day(from)}Z-${day(to)}Z.${suffix}`
  }

  async function saveCsv() {
    const name = fileName('csv')
    // Better rounded than not at all, should the panel not answer.
    const exact = await readExact().catch(() => plot.value)
    // As the API does: a file can't say that it lacks something.
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
