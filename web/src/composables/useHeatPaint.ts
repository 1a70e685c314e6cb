/** Paints the heat map into its canvas, at most once a frame however much changes. */

import { onBeforeUnmount, type Ref, watch } from 'vue'

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

/** Follows all that is drawn; `width` in px. */
export function useHeatPaint(canvas: Ref<HTMLCanvasElement | null>, layout: Ref<Layout>, width: Ref<number>, shown: Shown) {
  const { isDark, colours } = useTheme()
  const { units } = useLanguage()
  let frame = 0

  function draw() {
    frame = 0
    const context = canvas.value?.getContext('2d')
    if (!canvas.value || !context) return
    const ratio = devicePixelRatio
    fit(canvas.value, Math.round(width.value * ratio), Math.round(layout.value.height * ratio))
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width.value, layout.value.height)
    paint(context, layout.value, shown.nodes, {
      scale: (shown.isOld ? greyScaleOf : scaleOf)(isDark.value, shown.metric),
      isDark: isDark.value,
      isOld: shown.isOld,
      metric: shown.metric,
      ink: colours.value.inkSoft,
      down: colours.value.down,
      font: getComputedStyle(canvas.value).fontFamily,
      fontSize: 0.75 * remPx(),
      textOf: units.value.short,
    })
  }

  watch(
    [layout, width, () => shown.nodes, () => shown.metric, () => shown.isOld, isDark, units],
    () => {
      frame ||= requestAnimationFrame(draw)
    },
    { flush: 'post', immediate: true },
  )
  onPrint(draw)
  onBeforeUnmount(() => {
    cancelAnimationFrame(frame)
  })
}

/** A canvas that gets a size is blank and costs memory again, so only where it differs. */
function fit(canvas: HTMLCanvasElement, width: number, height: number) {
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
}
