/** Paper. Whatever is drawn by its size is redrawn for it, and for the screen again afterwards. */

import { onScopeDispose, readonly, type Ref, shallowRef } from 'vue'

/** `look` again when the page is as it will be on paper, and when it is back on the screen. */
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

/** Whether the page is being printed. `<html class="is-printing">` tells the style sheets: they must hold before anything is measured. */
export function useIsPrinting(): Readonly<Ref<boolean>> {
  const isPrinting = shallowRef(false)
  onPrint((begins) => {
    isPrinting.value = begins
    document.documentElement.classList.toggle('is-printing', begins)
  })
  return readonly(isPrinting)
}
