/** How all nodes are shown: the map above the table, or one of them alone. As it stands in the address. */

export const VIEWS = ['both', 'map', 'table'] as const
export type View = (typeof VIEWS)[number]
