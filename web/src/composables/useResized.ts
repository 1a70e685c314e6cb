/** Calls a function whenever an element or the window changes its size, and once when the element exists; with `isMoved` also when the page does. */

import { onBeforeUnmount, onMounted, type Ref } from 'vue'

export function useResized(box: Ref<HTMLElement | null>, look: () => void, { isMoved = false } = {}) {
  const resize = new ResizeObserver(look)
  onMounted(() => {
    look()
    if (box.value) resize.observe(box.value)
    // What appears above an element moves it, without changing its size.
    if (isMoved) resize.observe(document.body)
    addEventListener('resize', look)
  })
  onBeforeUnmount(() => {
    resize.disconnect()
    removeEventListener('resize', look)
  })
}
