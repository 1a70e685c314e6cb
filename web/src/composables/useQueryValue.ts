/** One choice of the viewer's, kept in the address: so it can be bookmarked and sent. */

import { computed, nextTick, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type Router } from 'vue-router'

/**
 * What `name` is in the address's query; `usual` where it is absent or none of `allowed`, and then it is left out of the address.
 * `inAddress` tells how a value stands there, where that differs.
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

/** The text of `name` in the address's query; empty where it is absent. */
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

/** What is still to be written into the address: changes of one moment are one step, and none undoes another. */
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
