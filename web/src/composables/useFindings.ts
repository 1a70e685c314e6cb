/** What is wrong now; the panel sends it whenever it changes. */

import { computed, type Ref, shallowRef, watch } from 'vue'

import type { Api, Finding, Findings } from '@/api/client'

/** No answer takes longer. */
const SLOW_SECONDS = 60

interface Told {
  snapshots: Readonly<Ref<number>>
  told: Readonly<Ref<Findings | null>>
}

/** Read with each snapshot, then followed on the stream. Without an answer, the last ones stay. */
export function useFindings(api: Pick<Api, 'findings'>, { snapshots, told }: Told) {
  const known = shallowRef<Findings | null>(null)

  function take(data: Findings | null) {
    if (!data) return
    // A slow answer is older than what the stream has sent meanwhile. If it is much older, the panel's clock was set back.
    const olderSeconds = (known.value?.timestamp ?? 0) - data.timestamp
    if (olderSeconds <= 0 || olderSeconds > SLOW_SECONDS) known.value = data
  }
  async function renew() {
    take(await api.findings().catch(() => null))
  }
  watch(told, take)
  watch(snapshots, () => void renew())

  return {
    /** Worst first; null while unknown. */
    findings: computed<readonly Finding[] | null>(() => known.value?.findings ?? null),
    /** Whether there has ever been an alert: until then the page does not mention alerts. */
    wasEver: computed(() => known.value?.was_ever ?? false),
    /** Read at once, after the user has changed something. */
    renewFindings: renew,
  }
}

/** Whether somebody already handles it, or its state is unknown: nobody needs to act. */
export function isQuiet({ is_suspended, acked_by, silenced_until }: Finding): boolean {
  return is_suspended || acked_by !== null || silenced_until !== null
}

/** The findings that need attention: not quiet, and more than information. */
export function pressing(findings: readonly Finding[] | null): readonly Finding[] {
  return (findings ?? []).filter((finding) => !isQuiet(finding) && finding.severity !== 'info')
}
