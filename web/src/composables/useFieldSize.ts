/** The width of an element, and the device pixels in a px; both change with the window. */

import { type Ref, shallowRef } from 'vue'

import { useResized } from './useResized'

/** `width` in px, 0 before the element exists. `windowHeight` in px. */
export function useFieldSize(box: Ref<HTMLElement | null>) {
  const width = shallowRef(0)
  const windowHeight = shallowRef(innerHeight)
  const ratio = shallowRef(devicePixelRatio)

  function look() {
    width.value = box.value?.clientWidth ?? 0
    windowHeight.value = innerHeight
    ratio.value = devicePixelRatio
  }
  useResized(box, look)
  return { width, windowHeight, ratio }
}
