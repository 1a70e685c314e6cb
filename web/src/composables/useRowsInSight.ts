/** Which rows of a long list are visible: only these are drawn, but on paper all are. */

import { computed, onBeforeUnmount, onMounted, type Ref, shallowRef } from 'vue'

import { onPrint } from './usePrint'

/** Rows drawn above and below the visible ones, so that quick scrolling shows no blank. */
const SPARE_ROWS = 12

/** For `count` rows of `rowHeight` px in `list`: the first row drawn, the end (exclusive), and the px of the rows left out on both sides. */
export function useRowsInSight(list: Ref<HTMLElement | null>, count: Ref<number>, rowHeight: Ref<number>) {
  const top = shallowRef(0)
  const height = shallowRef(1200)
  const isWhole = shallowRef(false)
  onPrint((isPrinting) => { isWhole.value = isPrinting })

  function look() {
    if (list.value) top.value = list.value.getBoundingClientRect().top
    height.value = innerHeight
  }

  onMounted(() => {
    look()
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look, { passive: true })
  })
  onBeforeUnmount(() => {
    removeEventListener('scroll', look)
    removeEventListener('resize', look)
  })

  const start = computed(() => isWhole.value ? 0 : clamp(Math.floor(-top.value / rowHeight.value) - SPARE_ROWS, count.value))
  const end = computed(() => isWhole.value ? count.value : clamp(Math.ceil((height.value - top.value) / rowHeight.value) + SPARE_ROWS, count.value))
  return {
    start,
    end,
    before: computed(() => start.value * rowHeight.value),
    after: computed(() => (count.value - end.value) * rowHeight.value),
    look,
  }
}

function clamp(row: number, count: number): number {
  return Math.min(Math.max(row, 0), count)
}
