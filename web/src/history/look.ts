/** How several nodes are drawn, as named in the address. */

import { MOST_TOGETHER, type Target } from './target'

export const LOOKS = ['raster', 'lines'] as const
export type Look = (typeof LOOKS)[number]

/** What a row of several nodes shows. */
export const PLANES = ['mean', 'max'] as const
export type Plane = (typeof PLANES)[number]

/** The lines of a few nodes can be distinguished, those of more can't. */
export function usualLook({ nodes }: Pick<Target, 'nodes'>): Look {
  return nodes.length > MOST_TOGETHER ? 'raster' : 'lines'
}
