/** Findings in words: their nodes, what is wrong, and since when. */

import type { Finding } from '@/api/client'

import { type Cluster, useCluster } from './useCluster'
import { useLanguage } from './useLanguage'

/** Functions that turn a finding into texts in the viewer's language. `cluster`: needed if no surrounding frame provides one. */
export function useFindingText(cluster: Pick<Cluster, 'panelTime' | 'nodes'> = useCluster()) {
  const { t, units, language } = useLanguage()
  const { panelTime, nodes: all } = cluster
  const count = (number: number) => units.value.count(number)
  const at = (seconds: number) => units.value.moment(seconds, panelTime.value ?? seconds)

  function nodesOf({ nodes, others }: Finding): string {
    if (nodes === '') return t('alerts.panel')
    return others > 0 ? t('alerts.others', { nodes, count: count(others) }) : nodes
  }

  function sizeOf({ node_ids: { length }, racks, rack, rack_nodes: ofRack }: Finding): string | null {
    if (length < 2) return null
    if (length === all.value.length) return t('alerts.allNodes', { count: count(length) })
    if (racks.length > 0) return t('alerts.wholeRacks', { count: count(length), racks: racks.join(t('said.list')) })
    if (rack !== null) return t('alerts.partOfRack', { count: count(length), all: count(ofRack), rack })
    return t('nodes.count', { count: count(length) })
  }

  /** Further facts, each in a few words. */
  function notesOf(finding: Finding): string[] {
    const { since, times, is_suspended, acked_by: who, silenced_until: until } = finding
    return [
      t('alerts.since', { time: at(since) }),
      sizeOf(finding),
      times > 1 ? t('alerts.times', { count: count(times) }) : null,
      is_suspended ? t('alerts.suspended') : null,
      who === null ? null : t('alerts.ackedBy', { who }),
      until === null ? null : t('alerts.silencedUntil', { time: at(until) }),
    ].filter((note) => note !== null)
  }

  return { nodesOf, notesOf, whatOf: ({ what }: Pick<Finding, 'what'>) => what[language.value], at }
}
