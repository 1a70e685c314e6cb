/** Printing: what is drawn to size is redrawn for paper, and for the screen again afterwards. */

import { onScopeDispose, readonly, type Ref, shallowRef } from 'vue'

/** Call `look` when the page has the layout of paper, and again when it is back on the screen. */
export function onPrint(look: (isPrinting: boolean) => void) {
  const begin = () => { look(true) }
  const end = () => { look(false) }
  addEventListener('beforeprint', begin)
  addEventListener('afterprint', end)
  onScopeDispose(() => {
    removeEventListener('beforeprint', begin)
    removeEventListener('afterprint', end)
  })
}

/** Whether the page is being printed. `<html class="is-printing">` applies the print styles before anything is measured. */
export function useIsPrinting(): Readonly<Ref<boolean>> {
  const isPrinting = shallowRef(false)
  onPrint((begins) => {
    isPrinting.value = begins
    document.documentElement.classList.toggle('is-printing', begins)
  })
  return readonly(isPrinting)
}
