/** What the pointer, a finger or the keys do on a raster: read a cell, mark a part, open a row. */

import { computed, type Ref, shallowRef } from 'vue'

import type { Raster } from '@/raster/decode'
import { columnAt, ordered, type Part, partOf, rowAt, type Rows, type Times } from '@/raster/geometry'

export interface Cell {
  row: number
  column: number
}

interface Point {
  x: number
  y: number
}

export interface RasterActs {
  zoom: (part: Part) => void
  open: (row: number) => void
  back: () => void
}

/** The rows that Page Up and Page Down move by. */
const PAGE_ROWS = 10
/** px: a second tap this close to the first opens what the first showed. */
const TAP_REACH = 24

export function useRasterCursor(raster: Ref<Raster>, rows: Ref<Rows>, times: Ref<Times>, acts: RasterActs) {
  const cell = shallowRef<Cell | null>(null)
  /** Whether the cell was reached with keys, so that screen readers must announce it. */
  const isSpoken = shallowRef(false)
  const stroke = shallowRef<{ begin: Point; end: Point } | null>(null)
  const anchor = shallowRef<Cell | null>(null)
  let tapped: Point | null = null
  /** A drag also ends with a click. */
  let hasMarked = false

  const part = computed<Part | null>(() => {
    if (stroke.value) return partOf(raster.value.head, times.value, rows.value, stroke.value.begin, stroke.value.end)
    const [from, to] = [anchor.value, cell.value]
    if (!from || !to || (from.row === to.row && from.column === to.column)) return null
    return {
      columns: from.column === to.column ? null : ordered(from.column, to.column),
      rows: from.row === to.row ? null : ordered(from.row, to.row),
    }
  })

  function pointOf(event: MouseEvent): Point {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }

  function cellAt({ x, y }: Point): Cell | null {
    const [row, column] = [rowAt(rows.value, y), columnAt(raster.value.head, times.value, x)]
    return row === null || column === null ? null : { row, column }
  }

  function down(event: PointerEvent) {
    if (!event.isPrimary || event.button !== 0) return
    ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
    anchor.value = null
    hasMarked = false
    stroke.value = { begin: pointOf(event), end: pointOf(event) }
  }

  function move(event: PointerEvent) {
    if (!event.isPrimary) return
    const point = pointOf(event)
    isSpoken.value = false
    cell.value = cellAt(point)
    // A finger that moves up or down scrolls the page, so it can only mark times.
    if (stroke.value) stroke.value = { begin: stroke.value.begin, end: event.pointerType === 'touch' ? { x: point.x, y: stroke.value.begin.y } : point }
  }

  function up(event: PointerEvent) {
    if (!event.isPrimary || !stroke.value) return
    const marked = part.value
    stroke.value = null
    hasMarked = marked !== null
    if (marked) acts.zoom(marked)
  }

  // Not on pointer-up: the click after it would hit whatever is opened.
  function click(event: MouseEvent) {
    if (hasMarked) return
    const point = pointOf(event)
    const at = cellAt(point)
    const isTouch = event instanceof PointerEvent && event.pointerType === 'touch'
    if (!isTouch || isSecondTap(point)) {
      if (at) acts.open(at.row)
    } else {
      cell.value = at
      tapped = point
    }
  }

  /** A finger can't hover: the first tap shows the values, a second one opens. */
  function isSecondTap({ x, y }: Point): boolean {
    return tapped !== null && Math.hypot(x - tapped.x, y - tapped.y) <= TAP_REACH
  }

  function cancel() {
    stroke.value = null
  }

  function leave(event: PointerEvent) {
    // What a finger showed stays after it is lifted.
    if (event.pointerType !== 'touch' && !stroke.value) clear()
  }

  function clear() {
    cell.value = null
    stroke.value = null
    anchor.value = null
    tapped = null
  }

  function hear(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape') escape()
    else if (event.key === 'Enter' || event.key === ' ') enter()
    else {
      const next = walked(event.key)
      if (!next) return
      anchor.value = event.shiftKey ? (anchor.value ?? cell.value) : null
      cell.value = next
      isSpoken.value = true
    }
    event.preventDefault()
    event.stopPropagation()
  }

  function escape() {
    if (cell.value) clear()
    else acts.back()
  }

  function enter() {
    if (part.value) acts.zoom(part.value)
    else if (cell.value) acts.open(cell.value.row)
  }

  /** The first key enters the picture at the newest time; each further one moves on. */
  function walked(key: string): Cell | null {
    const { rows: all, columns } = raster.value.head
    const steps: Record<string, [down: number, right: number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      PageUp: [-PAGE_ROWS, 0],
      PageDown: [PAGE_ROWS, 0],
      Home: [0, -columns],
      End: [0, columns],
    }
    const step = steps[key]
    if (!step || all.length === 0 || columns === 0) return null
    if (!cell.value) return { row: 0, column: columns - 1 }
    const within = (value: number, count: number) => Math.min(count - 1, Math.max(0, value))
    return { row: within(cell.value.row + step[0], all.length), column: within(cell.value.column + step[1], columns) }
  }

  return { cell, isSpoken, part, on: { pointerdown: down, pointermove: move, pointerup: up, pointercancel: cancel, pointerleave: leave, click, keydown: hear, blur: clear }, clear }
}
