/** Calls a function whenever an element or the window changes its size, and once when the element exists. */

import { onBeforeUnmount, onMounted, type Ref } from 'vue'

export function useResized(box: Ref<HTMLElement | null>, look: () => void) {
  const resize = new ResizeObserver(look)
  onMounted(() => {
    look()
    if (box.value) resize.observe(box.value)
    addEventListener('resize', look)
  })
  onBeforeUnmount(() => {
    resize.disconnect()
    removeEventListener('resize', look)
  })
}
