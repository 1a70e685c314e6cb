/** The selected finding, outlined in the map. The address has the id of one of its alerts. */

import { computed } from 'vue'

import type { Finding } from '@/api/client'

import { useCluster } from './useCluster'
import { useQueryText } from './useQueryValue'

export function useMarked() {
  const { findings } = useCluster()
  const text = useQueryText('mark')
  const marked = computed(() => findings.value?.find(({ alerts }) => alerts.includes(Number(text.value))) ?? null)
  const ids = computed<ReadonlySet<number>>(() => new Set(marked.value?.node_ids))

  function toggle(finding: Finding) {
    text.value = finding === marked.value ? '' : String(finding.alerts[0])
  }
  return {
    marked,
    /** The ids of its nodes. */
    ids,
    /** Select this one, or none. */
    toggle,
  }
}
