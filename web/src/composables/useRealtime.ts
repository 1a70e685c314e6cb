/** Every node's newest sample as it comes, and whether it can still be trusted. */

import { computed, onScopeDispose, type Ref, shallowRef } from 'vue'

import type { Api, Findings, Realtime, RealtimeNode } from '@/api/client'
import { sharedDomain, shortNamed } from '@/nodeNames'

import { startFeed, type Via } from './realtimeFeed'
import { useClock } from './useClock'

/** The panel sends something at least every 5 s. After this long without, the values count as old, and the page says so. */
export const STALE_SECONDS = 8

/** The interval until the panel sends another. */
const USUAL_INTERVAL_SECONDS = 5

export type FeedState = 'starting' | Via | 'lost'

/** The cluster live. Runs until the calling scope (the page's frame) is gone. */
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
    /** All nodes in order of name, without the domain that all share. A node that did not change stays the same object. */
    nodes: nodes as Readonly<Ref<readonly RealtimeNode[]>>,
    /** How often the data started over: each time samples may have been missed. */
    restarts: restarts as Readonly<Ref<number>>,
    /** How often a whole snapshot came: each time other events may have been missed. */
    snapshots: snapshots as Readonly<Ref<number>>,
    /** The last findings from the stream. */
    told: told as Readonly<Ref<Findings | null>>,
    state,
    /** Seconds since the panel last sent anything. */
    silentSeconds,
    /** Whether anything has ever come. */
    isKnown: computed(() => heard.value !== null),
    /** Seconds from one sample of a node to the next. */
    interval: computed(() => heard.value?.interval ?? USUAL_INTERVAL_SECONDS),
    /** The panel's time in its last message, Unix seconds; null before the first. */
    heardTime: computed(() => heard.value?.panelTime ?? null),
    /** The panel's clock in Unix seconds, which runs on between messages; null before the first. */
    panelTime: computed(() => heard.value && Math.max(heard.value.panelTime, heard.value.panelTime + now.value - heard.value.at)),
  }
}

/** `nodes`, with those of `changed` replaced. Unknown ones are skipped: new nodes come with a snapshot. */
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
