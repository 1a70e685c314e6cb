/** A rectangle on the heat map, drawn with a mouse or a pen, or with Shift and the arrow keys. A finger scrolls. */

import { computed, type Ref, shallowRef, watch } from 'vue'

import { type Box, boxAround, boxBetween, nodesWithin, type Point } from '@/heatmap/box'
import { type Layout, placeOf } from '@/heatmap/layout'

/** `chosen`: the cell that the keys have reached. `mark` receives the nodes in a rectangle, as indices. */
export function useHeatMarking(layout: Ref<Layout>, chosen: Ref<number | null>, mark: (nodes: readonly number[]) => void) {
  const stroke = shallowRef<{ begin: Point; end: Point } | null>(null)
  const anchor = shallowRef<number | null>(null)
  /** A drag also ends with a click. */
  let hasMarked = false

  const box = computed<Box | null>(() => {
    if (stroke.value) return boxBetween(stroke.value.begin, stroke.value.end)
    if (anchor.value === null || chosen.value === null || anchor.value === chosen.value) return null
    return boxAround(layout.value, placeOf(layout.value, anchor.value), placeOf(layout.value, chosen.value))
  })
  const marked = computed(() => (box.value ? nodesWithin(layout.value, box.value) : []))

  function pointOf(event: PointerEvent): Point {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }

  function begin(event: PointerEvent) {
    hasMarked = false
    if (event.pointerType === 'touch' || event.button !== 0) return
    // A captured pointer clicks no button, and groups have buttons before their cells.
    if (!(event.target as Element).closest('button')) (event.currentTarget as Element).setPointerCapture(event.pointerId)
    anchor.value = null
    stroke.value = { begin: pointOf(event), end: pointOf(event) }
  }

  function draw(event: PointerEvent) {
    // The pointer was released outside.
    if (event.buttons === 0) stroke.value = null
    if (stroke.value) stroke.value = { begin: stroke.value.begin, end: pointOf(event) }
  }

  function end() {
    hasMarked = box.value !== null
    take()
  }

  function take() {
    const nodes = marked.value
    clear()
    if (nodes.length > 0) mark(nodes)
  }

  function clear() {
    stroke.value = null
    anchor.value = null
  }
  watch(layout, clear)

  return {
    box,
    marked,
    begin,
    draw,
    end,
    clear,
    /** Mark the rectangle drawn with the keys; return whether there was one. */
    take: () => {
      const isAny = marked.value.length > 0
      take()
      return isAny
    },
    /** Called before the keys move on from `chosen`: with Shift, the rectangle starts there. */
    span: (isSpanned: boolean) => {
      anchor.value = isSpanned ? (anchor.value ?? chosen.value ?? 0) : null
    },
    /** Whether this click ends a drag, and so must not open anything. */
    isEndOfStroke: () => hasMarked,
  }
}
