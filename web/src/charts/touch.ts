/** uPlot only handles a mouse. Here a finger that moves sideways over a chart acts as one; for taps the browser does that. */

/** px: less is the jitter of a tap. */
const SHORTEST_STROKE_PX = 8

/**
 * Pass a finger's moves on `field` to its mouse listeners.
 *
 * The style sheet leaves up and down to the browser (touch-action: pan-y). When the browser takes the finger to scroll the page,
 * it sends pointercancel, and nothing is drawn.
 */
export function followFinger(field: HTMLElement) {
  let begin: PointerEvent | null = null
  let isDrawing = false

  function tell(type: string, at: PointerEvent) {
    // uPlot ignores a move over no distance.
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
