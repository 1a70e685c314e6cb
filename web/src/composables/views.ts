/** How all nodes are shown, as named in the address: the map above the table, or only one of them. */

export const VIEWS = ['both', 'map', 'table'] as const
export type View = (typeof VIEWS)[number]
