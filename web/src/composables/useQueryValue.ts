/** One of the viewer's choices, kept in the address, so that it can be bookmarked and sent. */

import { computed, nextTick, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type Router } from 'vue-router'

/**
 * The value of `name` in the address's query; `usual` if it is missing or not one of `allowed`. `usual` is left out of the address.
 * `inAddress`: the form of a value in the address, if that differs.
 */
export function useQueryValue<Value extends string>(
  name: string,
  allowed: readonly Value[],
  usual: Value,
  inAddress: (value: Value) => string = (value) => value,
): WritableComputedRef<Value> {
  const text = useQueryText(name)
  return computed({
    get: () => allowed.find((value) => inAddress(value) === text.value) ?? usual,
    set: (value) => {
      text.value = value === usual ? '' : inAddress(value)
    },
  })
}

/** The text of `name` in the address's query; empty if it is missing. */
export function useQueryText(name: string): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => {
      const value = route.query[name]
      return typeof value === 'string' ? value : ''
    },
    set: (value) => {
      change(router, name, value)
    },
  })
}

/** What is still to be written to the address: simultaneous changes become one step, and none undoes another. */
const waiting = new WeakMap<Router, Record<string, string | undefined>>()

function change(router: Router, name: string, value: string) {
  const changes = waiting.get(router)
  if (changes) {
    changes[name] = value || undefined
    return
  }
  waiting.set(router, { [name]: value || undefined })
  void nextTick(() => {
    const query = { ...router.currentRoute.value.query, ...waiting.get(router) }
    waiting.delete(router)
    void router.replace({ query })
  })
}
