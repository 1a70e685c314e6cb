/** The nodes that the panel knows, to choose one from. */

import { onScopeDispose, shallowRef } from 'vue'

import type { Api, Node } from '@/api/client'
import { shortNamed } from '@/nodeNames'

/** How often the nodes' states are read again. */
export const RENEWAL_SECONDS = 60

/** All nodes in order of name, without the domain that all share; null until they are there. Read until the calling scope (the view) is gone. */
export function useNodes(api: Pick<Api, 'nodes'>) {
  const nodes = shallowRef<readonly Node[] | null>(null)
  const error = shallowRef<unknown>(null)

  async function read() {
    try {
      const { compare } = new Intl.Collator('en', { numeric: true })
      nodes.value = [...shortNamed(await api.nodes())].sort((a, b) => compare(a.name, b.name))
      error.value = null
    } catch (problem) {
      error.value = problem
    }
  }

  void read()
  const renewal = setInterval(() => void read(), RENEWAL_SECONDS * 1000)
  onScopeDispose(() => {
    clearInterval(renewal)
  })
  return { nodes, error, read }
}
