/** Where to go after the login: where one wanted to go before it. */

/** The path in a query's `to`; the first page when it is no path of this page. */
export function wayBack(to: unknown): string {
  return typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : '/'
}
