/** Which lines of a chart are shown: all, or those picked in its legend. */

import { type Ref, shallowRef, watch } from 'vue'

export interface Isolation {
  isShown: (name: string) => boolean
  /** Show only this one, or all again if it was the only one; with `isMore`, add it to the others or remove it. */
  pick: (name: string, isMore: boolean) => void
}

/** The choice is cleared when `names` change. */
export function useIsolation(names: Ref<readonly string[]>): Isolation {
  const picked = shallowRef<readonly string[]>([])
  watch(() => names.value.join('\n'), () => { picked.value = [] })

  function pick(name: string, isMore: boolean) {
    const { value } = picked
    const isPicked = value.includes(name)
    if (isMore) picked.value = isPicked ? value.filter((each) => each !== name) : [...value, name]
    else picked.value = isPicked && value.length === 1 ? [] : [name]
    if (picked.value.length === names.value.length) picked.value = []
  }

  return { isShown: (name) => picked.value.length === 0 || picked.value.includes(name), pick }
}
