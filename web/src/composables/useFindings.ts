/** What is wrong now, as the panel tells it whenever it changes. */

import { computed, type Ref, shallowRef, watch } from 'vue'

import type { Api, Finding, Findings } from '@/api/client'

interface Told {
  snapshots: Readonly<Ref<number>>
  told: Readonly<Ref<Findings | null>>
}

/** Asked for with each snapshot, then followed on the stream. Without an answer what was known stays. */
export function useFindings(api: Pick<Api, 'findings'>, { snapshots, told }: Told) {
  const known = shallowRef<Findings | null>(null)

  function take(data: Findings | null) {
    // An answer that was long on its way is older than what the stream told meanwhile.
    if (data && data.timestamp >= (known.value?.timestamp ?? 0)) known.value = data
  }
  async function renew() {
    take(await api.findings().catch(() => null))
  }
  watch(told, take)
  watch(snapshots, () => void renew())

  return {
    /** Worst first; null while nothing is known of them. */
    findings: computed<readonly Finding[] | null>(() => known.value?.findings ?? null),
    /** Whether anything was ever wrong: before that the page says nothing of alerts. */
    wasEver: computed(() => known.value?.was_ever ?? false),
    /** Ask at once, after one has changed something. */
    renewFindings: renew,
  }
}

/** Whether somebody knows of it already, or nothing is known of it now: nobody needs to do anything about it. */
export function isQuiet({ is_suspended, acked_by, silenced_until }: Finding): boolean {
  return is_suspended || acked_by !== null || silenced_until !== null
}

/** What needs attention: neither quiet nor mere information. */
export function pressing(findings: readonly Finding[] | null): readonly Finding[] {
  return (findings ?? []).filter((finding) => !isQuiet(finding) && finding.severity !== 'info')
}
