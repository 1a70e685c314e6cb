/** The heat map's layout for the available space. It changes only if nodes come or go, or the space changes. */

import { computed, type Ref, shallowRef } from 'vue'

import type { RealtimeNode } from '@/api/client'
import { shortened } from '@/heatmap/fit'
import { FEW, type Group, labelOf } from '@/heatmap/groups'
import { type Layout, layoutOf } from '@/heatmap/layout'
import { fold } from '@/nodeset'

import { remPx } from './rem'
import { useMediaQuery } from './useMediaQuery'
import { onPrint } from './usePrint'
import { useResized } from './useResized'

/** rem */
const LABEL_SIZE = 0.75
const LABEL_HEIGHT = 0.8125
/** Letters. */
const LONGEST_LABEL = 26
/** The largest cells above the table, and alone: with enough room, a few nodes are readable from afar. */
const LARGEST_CELL = { above: 7, alone: 20 }
/** px: a pointer can hit smaller cells than a finger. */
const SMALLEST = { pointer: 7, finger: 14 }
const LOWEST_MAP = 120

/** The layout of `nodes` in their `groups` inside `box`; `width` in px. Takes at most `share` of the window's height if the cells allow it. */
export function useHeatLayout(box: Ref<HTMLElement | null>, nodes: Ref<readonly RealtimeNode[]>, groups: Ref<readonly Group[]>, share: Ref<number>) {
  const width = shallowRef(0)
  const windowHeight = shallowRef(innerHeight)
  const top = shallowRef(0)
  const isTouched = useMediaQuery('(pointer: coarse)')
  // The layout depends only on names; a new sample changes none.
  const key = computed(() => nodes.value.map(({ name }) => name).join('\n'))
  const names = computed(() => (key.value === '' ? [] : key.value.split('\n')))

  function look() {
    const element = box.value
    if (!element) return
    const { paddingLeft, paddingRight } = getComputedStyle(element)
    width.value = Math.max(0, element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight))
    top.value = element.getBoundingClientRect().top + scrollY
    windowHeight.value = innerHeight
  }
  useResized(box, look, { isMoved: true })
  onPrint(look)

  const layout = computed<Layout>(() => {
    const rem = remPx()
    // Alone, the map may fill the window, with its legend.
    const isAlone = share.value >= 1
    const reach = isAlone ? windowHeight.value - top.value - 5 * rem : share.value * windowHeight.value
    return layoutOf(groups.value, labelsIn(names.value, groups.value, box.value), {
      width: width.value,
      height: Math.max(LOWEST_MAP, reach),
      smallest: isTouched.value ? SMALLEST.finger : SMALLEST.pointer,
      largest: (isAlone ? LARGEST_CELL.alone : LARGEST_CELL.above) * rem,
    })
  })
  return { layout, width }
}

function labelFont(element: Element | null): string {
  return `${String(LABEL_SIZE * remPx())}px ${element ? getComputedStyle(element).fontFamily : 'sans-serif'}`
}

function labelsIn(names: readonly string[], groups: readonly Group[], element: Element | null) {
  const pen = document.createElement('canvas').getContext('2d')
  if (pen) pen.font = labelFont(element)
  return {
    // The cells of a few nodes show their names themselves.
    textOf: (first: number, count: number) => (names.length <= FEW ? '' : shortened(labelOf(groups, first) ?? fold(names.slice(first, first + count)), ({ length }) => length <= LONGEST_LABEL)),
    widthOf: (text: string) => Math.ceil(pen?.measureText(text).width ?? 0),
    height: LABEL_HEIGHT * remPx(),
  }
}
