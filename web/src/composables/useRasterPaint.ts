/** Paints a raster into its canvas, at most once per frame however much changes. */

import { computed, onBeforeUnmount, type Ref, watch } from 'vue'

import { scaleOf } from '@/heatmap/colours'
import type { Metric } from '@/metrics'
import type { Raster } from '@/raster/decode'
import type { Rows, Times } from '@/raster/geometry'
import type { RasterMark } from '@/raster/marks'
import { paint, paintMarks, paletteOf, pictureOf } from '@/raster/paint'

import { useTheme } from './useTheme'

interface Shown {
  marks: readonly RasterMark[]
  raster: Raster
  metric: Metric
  /** For bands: the maximum, not the mean. */
  showsMax: boolean
  /** The values of the scale's ends. */
  ends: readonly [number, number]
}

/** Repaints when anything drawn changes. `ratio`: device pixels in a px. */
export function useRasterPaint(canvas: Ref<HTMLCanvasElement | null>, rows: Ref<Rows>, times: Ref<Times>, ratio: Ref<number>, shown: Shown) {
  const { isDark, colours } = useTheme()
  const scale = computed(() => scaleOf(isDark.value, shown.metric))
  const picture = computed(() => {
    const { raster, showsMax, ends } = shown
    return pictureOf(raster, (showsMax ? raster.max : null) ?? raster.mean, paletteOf(raster.head, scale.value, ends))
  })
  let frame = 0

  function draw() {
    frame = 0
    const element = canvas.value
    const context = element?.getContext('2d')
    if (!element || !context) return
    // Setting a canvas' size blanks it.
    element.width = Math.max(1, Math.round(times.value.width * ratio.value))
    element.height = Math.max(1, Math.round(rows.value.height * ratio.value))
    if (!picture.value) return
    const { surface, track, down, ink, inkSoft } = colours.value
    const brush = { ground: surface, track, down, ratio: ratio.value }
    paint(context, picture.value, shown.raster, rows.value, times.value, { ...brush, ink: inkSoft })
    paintMarks(context, shown.marks, rows.value, times.value, { ...brush, ink })
  }

  watch([picture, rows, times, ratio, colours, () => shown.marks], () => { frame ||= requestAnimationFrame(draw) }, { flush: 'post', immediate: true })
  onBeforeUnmount(() => {
    cancelAnimationFrame(frame)
  })
}
