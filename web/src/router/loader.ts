/** Loads parts of the page when they are needed, and retries while the panel is away. */

import { computed, type ComputedRef, inject, type InjectionKey, shallowRef } from 'vue'

import { isPanelThere } from '@/api/client'

export const RETRY_SECONDS = 2
/** A page that was reloaded this recently and still lacks a part would not find it after another reload either. */
export const RELOAD_SECONDS = 30
const STORED_AS = 'minipanel.reloaded'

export interface Loader {
  /** What `load` returns, once it succeeds. If the panel answers but lacks this part, it has another build of the page, so `reload`. */
  load: <Part>(load: () => Promise<Part>, reload?: () => void) => Promise<Part>
  /** Whether something waits for the panel. */
  isWaiting: ComputedRef<boolean>
}

export const loaderKey: InjectionKey<Loader> = Symbol('loader')

export function createLoader(isThere = isPanelThere): Loader {
  const waiting = shallowRef(0)

  async function panel() {
    waiting.value += 1
    while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, RETRY_SECONDS * 1000))
    waiting.value -= 1
  }

  async function load<Part>(attempt: () => Promise<Part>, reload = reloadPage): Promise<Part> {
    try {
      return await attempt()
    } catch {
      await panel()
    }
    try {
      return await attempt()
    } catch (error) {
      if (!mayReload()) throw error
      reload()
      return new Promise<Part>(() => undefined)
    }
  }

  return { load, isWaiting: computed(() => waiting.value > 0) }
}

/** The loader of this page. */
export function useLoader(): Loader {
  const loader = inject(loaderKey)
  if (!loader) throw new Error('no loader was provided')
  return loader
}

function reloadPage() {
  location.reload()
}

function mayReload(): boolean {
  const last = Number(sessionStorage.getItem(STORED_AS))
  if (Date.now() - last < RELOAD_SECONDS * 1000) return false
  sessionStorage.setItem(STORED_AS, String(Date.now()))
  return true
}
