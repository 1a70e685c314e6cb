/** One metric of a set over time as a raster, read again whenever a new record appears. */

import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'

import type { Api, RasterAsked } from '@/api/client'
import { decoded, type Raster } from '@/raster/decode'

/** The requested raster (nothing is read while the request is null), read again when there is a newer column. `newest` in Unix seconds. */
export function useRaster(api: Pick<Api, 'raster'>, asked: Ref<RasterAsked | null>, newest: Ref<number>) {
  const raster = shallowRef<Raster | null>(null)
  const error = shallowRef<unknown>(null)
  const isLoading = shallowRef(false)
  let asking = new AbortController()

  async function read() {
    asking.abort()
    if (asked.value === null) return
    asking = new AbortController()
    const { signal } = asking
    isLoading.value = true
    try {
      const answer = decoded(await api.raster(asked.value, signal))
      if (signal.aborted) return
      raster.value = answer
      error.value = null
    } catch (problem) {
      if (signal.aborted) return
      error.value = problem
    }
    isLoading.value = false
  }

  watch(() => asked.value?.nodes, () => {
    raster.value = null
    error.value = null
  })
  watch(() => JSON.stringify(asked.value), () => void read(), { immediate: true })
  watch(newest, (time) => {
    if (!isLoading.value && raster.value && raster.value.head.to <= time - raster.value.head.width) void read()
  })
  onScopeDispose(() => {
    asking.abort()
  })
  return { raster, error, isLoading, read }
}
