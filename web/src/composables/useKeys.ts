/** Keys that work anywhere on the page, except while the user types. */

import { onBeforeUnmount, onMounted } from 'vue'

const CHORD_MILLISECONDS = 1500

/** Actions by key ("/", "ArrowLeft") or by two keys in sequence ("g r"). */
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

/** Whether keys belong to `target`: a field, a select list, the heat map. An open dialog gets all keys, even if the focused element is gone. */
function isWriting(target: EventTarget | null): boolean {
  if (document.querySelector('dialog[open]')) return true
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable], [role=application]') !== null
}
