/** Every node's newest sample, as it comes, and how trustworthy it still is. */

import { computed, onScopeDispose, type Ref, shallowRef } from 'vue'

import type { Api, Findings, Realtime, RealtimeNode } from '@/api/client'
import { sharedDomain, shortNamed } from '@/nodeNames'

import { startFeed, type Via } from './realtimeFeed'
import { useClock } from './useClock'

/** The panel speaks at least every 5 s. After this long without a word the values count as old, and the page says so. */
export const STALE_SECONDS = 8

/** Until the panel has said another. */
const USUAL_INTERVAL_SECONDS = 5

export type FeedState = 'starting' | Via | 'lost'

/** The cluster live. Runs until the scope (the frame of the page) that asked for it is gone. */
export function useRealtime(api: Pick<Api, 'openStream' | 'realtime'>) {
  const now = useClock()
  const startedAt = Date.now() / 1000
  const nodes = shallowRef<readonly RealtimeNode[]>([])
  const via = shallowRef<Via | null>(null)
  const restarts = shallowRef(0)
  const snapshots = shallowRef(0)
  const told = shallowRef<Findings | null>(null)
  let domain = ''
  const heard = shallowRef<{ panelTime: number; interval: number; at: number } | null>(null)

  function hear(data: Realtime) {
    heard.value = { panelTime: data.timestamp, interval: data.interval, at: Date.now() / 1000 }
  }

  const stop = startFeed(api, {
    snapshot: (data, by) => {
      domain = sharedDomain(data.nodes.map(({ name }) => name))
      nodes.value = inOrder(shortNamed(data.nodes, domain))
      if (by === 'stream' || via.value !== by) restarts.value += 1
      via.value = by
      snapshots.value += 1
      hear(data)
    },
    samples: (data) => {
      nodes.value = merged(nodes.value, shortNamed(data.nodes, domain))
      via.value = 'stream'
      hear(data)
    },
    findings: (data) => {
      told.value = data
    },
  })
  onScopeDispose(stop)

  const silentSeconds = computed(() => Math.max(0, now.value - (heard.value?.at ?? startedAt)))
  const state = computed<FeedState>(() => {
    if (silentSeconds.value >= STALE_SECONDS) return 'lost'
    return via.value ?? 'starting'
  })

  return {
    /** All nodes in order of name, which lacks the domain that all share. A node that did not change stays the same object. */
    nodes: nodes as Readonly<Ref<readonly RealtimeNode[]>>,
    /** Counts how often the data started over: each time samples may have been missed. */
    restarts: restarts as Readonly<Ref<number>>,
    /** Counts all that came as a whole; what was told besides may have been missed each time. */
    snapshots: snapshots as Readonly<Ref<number>>,
    /** The findings that the stream told of last. */
    told: told as Readonly<Ref<Findings | null>>,
    state,
    /** Seconds since the panel last said anything. */
    silentSeconds,
    /** Whether anything was ever heard. */
    isKnown: computed(() => heard.value !== null),
    /** Seconds from one sample of a node to the next. */
    interval: computed(() => heard.value?.interval ?? USUAL_INTERVAL_SECONDS),
    /** The panel's time at its last word, Unix seconds; null before the first. */
    heardTime: computed(() => heard.value?.panelTime ?? null),
    /** The panel's clock in Unix seconds, running on between its words; null before the first. */
    panelTime: computed(() => heard.value && Math.max(heard.value.panelTime, heard.value.panelTime + now.value - heard.value.at)),
  }
}

/** `nodes` with those of `changed` in their places; one that is not among them is left out: a snapshot brings new nodes. */
export function merged(nodes: readonly RealtimeNode[], changed: readonly RealtimeNode[]): readonly RealtimeNode[] {
  if (changed.length === 0) return nodes
  const byId = new Map(changed.map((node) => [node.id, node]))
  return nodes.map((node) => byId.get(node.id) ?? node)
}

/** By name, numbers in it as numbers: n2 before n10. */
export function inOrder(nodes: readonly RealtimeNode[]): readonly RealtimeNode[] {
  const { compare } = new Intl.Collator('en', { numeric: true })
  return [...nodes].sort((a, b) => compare(a.name, b.name))
}
