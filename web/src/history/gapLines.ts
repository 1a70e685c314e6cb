/** Gaps as lines of text: the longest first, and nodes that miss the same time for the same reason in one line. */

import type { Gap } from '@/api/client'
import { fold } from '@/nodeset'

export interface GapLine {
  /** From when until when, as text. */
  span: string
  seconds: number
  reason: Gap['reason']
  /** The nodes as a node set. */
  nodes: string
}

/** The lines for the gaps of each name. Two times are the same if `spanOf` returns the same text. */
export function gapLines(lanes: readonly { name: string; gaps: readonly Gap[] }[], spanOf: (gap: Gap) => string): GapLine[] {
  const lines = new Map<string, Omit<GapLine, 'nodes'> & { names: Set<string> }>()
  for (const { name, gaps } of lanes) {
    for (const gap of gaps) {
      const { reason, from, to } = gap
      const span = spanOf(gap)
      const key = `${span} ${reason}`
      const line = lines.get(key) ?? { span, reason, seconds: to - from, names: new Set() }
      line.names.add(name)
      lines.set(key, line)
    }
  }
  return [...lines.values()]
    .sort((a, b) => b.seconds - a.seconds)
    .map(({ names, ...line }) => ({ ...line, nodes: fold([...names]) }))
}
