/** Where to go after the login: the page that was wanted before it. */

/** The path in a query's `to`; the first page if it is not a path of this page. */
export function wayBack(to: unknown): string {
  return typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : '/'
}
