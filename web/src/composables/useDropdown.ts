/** A box that opens below a button and closes on Esc, on a click outside, or when the focus leaves. `box` contains both. */
import { onBeforeUnmount, onMounted, shallowRef, type ShallowRef } from 'vue'

type Element = Readonly<ShallowRef<HTMLElement | null>>

export function useDropdown(box: Element, opener: Element) {
  const isOpen = shallowRef(false)
  const isInside = (target: EventTarget | null) => Boolean(box.value?.contains(target as Node))

  function close() {
    isOpen.value = false
  }

  function leave(event: FocusEvent) {
    if (event.relatedTarget && !isInside(event.relatedTarget)) close()
  }

  function closeOutside(event: Event) {
    if (!isInside(event.target)) close()
  }

  function closeByKey(event: KeyboardEvent) {
    if (!isOpen.value) return
    event.stopPropagation()
    close()
    opener.value?.focus()
  }
  onMounted(() => { addEventListener('pointerdown', closeOutside) })
  onBeforeUnmount(() => { removeEventListener('pointerdown', closeOutside) })
  return { isOpen, close, leave, closeByKey }
}
