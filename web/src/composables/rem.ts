/** The px in a rem: on large screens the whole page grows with it. */

export const USUAL_REM_PX = 16

/** px */
export function remPx(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) || USUAL_REM_PX
}
