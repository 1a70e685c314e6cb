/** Paints the heat map into its canvas, at most once per frame however much changes. */

import { onBeforeUnmount, onMounted, type Ref, watch } from 'vue'

import type { RealtimeNode } from '@/api/client'
import { greyScaleOf, scaleOf } from '@/heatmap/colours'
import type { Layout } from '@/heatmap/layout'
import { paint } from '@/heatmap/paint'
import type { Metric } from '@/metrics'

import { remPx } from './rem'
import { useLanguage } from './useLanguage'
import { onPrint } from './usePrint'
import { useTheme } from './useTheme'

interface Shown {
  nodes: readonly RealtimeNode[]
  metric: Metric
  isOld: boolean
}

/** Repaints when anything drawn changes; `width` in px. */
export function useHeatPaint(canvas: Ref<HTMLCanvasElement | null>, layout: Ref<Layout>, width: Ref<number>, shown: Shown) {
  const { isDark, colours } = useTheme()
  const { units } = useLanguage()
  let frame = 0
  /** What the canvas shows, and what it was drawn from. */
  let drawn: { nodes: readonly RealtimeNode[]; by: readonly unknown[] } | null = null

  function draw() {
    frame = 0
    const context = canvas.value?.getContext('2d')
    if (!canvas.value || !context) return
    const ratio = devicePixelRatio
    const font = getComputedStyle(canvas.value).fontFamily
    const by = [layout.value, width.value, shown.metric, shown.isOld, isDark.value, colours.value, units.value, ratio, font, remPx()]
    // An event changes only some nodes; the cells of the others stay.
    const before = drawn?.by.every((value, index) => Object.is(value, by[index])) ? drawn.nodes : null
    drawn = { nodes: shown.nodes, by }
    fit(canvas.value, Math.round(width.value * ratio), Math.round(layout.value.height * ratio))
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    if (before === null) context.clearRect(0, 0, width.value, layout.value.height)
    paint(context, layout.value, shown.nodes, {
      scale: (shown.isOld ? greyScaleOf : scaleOf)(isDark.value, shown.metric),
      isDark: isDark.value,
      isOld: shown.isOld,
      metric: shown.metric,
      ink: colours.value.inkSoft,
      down: colours.value.down,
      font,
      fontSize: 0.75 * remPx(),
      textOf: units.value.short,
    }, before)
  }

  function drawWhole() {
    drawn = null
    draw()
  }

  watch(
    [layout, width, () => shown.nodes, () => shown.metric, () => shown.isOld, isDark, units],
    () => {
      frame ||= requestAnimationFrame(draw)
    },
    { flush: 'post', immediate: true },
  )
  onPrint(drawWhole)
  onMounted(() => canvas.value?.addEventListener('contextrestored', drawWhole))
  onBeforeUnmount(() => {
    cancelAnimationFrame(frame)
  })
}

/** Setting a canvas' size blanks it and allocates memory, so set it only if it differs. */
function fit(canvas: HTMLCanvasElement, width: number, height: number) {
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
}
