/** Keys that do something anywhere on the page, unless one is writing. */

import { onBeforeUnmount, onMounted } from 'vue'

const CHORD_MILLISECONDS = 1500

/** By key ("/", "ArrowLeft") or by two keys one after the other ("g r"): what to do. */
export type KeyMap = Record<string, () => void>

/** Listen until the component is gone. */
export function useKeys(keys: KeyMap) {
  let before = { key: '', at: 0 }

  function hear(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isWriting(event.target)) return
    const chord = event.timeStamp - before.at < CHORD_MILLISECONDS ? keys[`${before.key} ${event.key}`] : undefined
    const act = chord ?? keys[event.key]
    before = { key: event.key, at: event.timeStamp }
    if (!act) return
    event.preventDefault()
    act()
  }

  onMounted(() => {
    addEventListener('keydown', hear)
  })
  onBeforeUnmount(() => {
    removeEventListener('keydown', hear)
  })
}

/** Whether keys belong to `target`: a field, a list to choose from, the heat map. An open dialog has them all, also when what was focused is gone. */
function isWriting(target: EventTarget | null): boolean {
  if (document.querySelector('dialog[open]')) return true
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable], [role=application]') !== null
}
