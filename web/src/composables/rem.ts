/** How many px a rem has: the whole page grows with it on large screens. */

export const USUAL_REM_PX = 16

/** px */
export function remPx(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) || USUAL_REM_PX
}
