/** uPlot hears a mouse alone. A finger that moves sideways over a chart becomes one; a tap is one by the browser's own doing. */

/** px: less is the unrest of a tap. */
const SHORTEST_STROKE_PX = 8

/**
 * Tell the mouse listeners of `field` what a finger does on it.
 *
 * The style sheet leaves up and down to the browser (touch-action: pan-y): when that takes the finger away to scroll the page,
 * it says so by pointercancel, and nothing was drawn.
 */
export function followFinger(field: HTMLElement) {
  let begin: PointerEvent | null = null
  let isDrawing = false

  function tell(type: string, at: PointerEvent) {
    // uPlot takes a move over no distance for a stray one.
    field.dispatchEvent(new MouseEvent(type, { bubbles: true, clientX: at.clientX, clientY: at.clientY, movementX: 1 }))
  }

  function down(event: PointerEvent) {
    if (event.pointerType === 'touch' && event.isPrimary) begin = event
  }

  function move(event: PointerEvent) {
    if (!begin || event.pointerId !== begin.pointerId) return
    if (!isDrawing && Math.abs(event.clientX - begin.clientX) >= SHORTEST_STROKE_PX) {
      isDrawing = true
      tell('mousemove', begin)
      tell('mousedown', begin)
    }
    if (isDrawing) tell('mousemove', event)
  }

  function end(event: PointerEvent) {
    if (!begin || event.pointerId !== begin.pointerId) return
    if (isDrawing && event.type === 'pointercancel') tell('mousemove', begin)
    if (isDrawing) tell('mouseup', event.type === 'pointercancel' ? begin : event)
    begin = null
    isDrawing = false
  }

  field.addEventListener('pointerdown', down)
  field.addEventListener('pointermove', move)
  field.addEventListener('pointerup', end)
  field.addEventListener('pointercancel', end)
}
