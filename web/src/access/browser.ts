/** A browser's short name, from its User-Agent, which is long and also names the browsers that it imitates. */

/** The first that is found is the right one: Edge also names Chrome, and Chrome names Safari. */
const BROWSERS = [['Edg', 'Edge'], ['OPR', 'Opera'], ['Firefox', 'Firefox'], ['FxiOS', 'Firefox'], ['CriOS', 'Chrome'], ['Chrome', 'Chrome'], ['Safari', 'Safari']] as const
const SYSTEMS = [['Windows', 'Windows'], ['Android', 'Android'], ['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Mac OS X', 'macOS'], ['CrOS', 'ChromeOS'], ['Linux', 'Linux']] as const

/** "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" -> "Firefox, Linux"; "curl/8.5.0" -> "curl" */
export function browserOf(userAgent: string): string {
  const browser = BROWSERS.find(([sign]) => userAgent.includes(`${sign}/`))?.[1]
  const system = SYSTEMS.find(([sign]) => userAgent.includes(sign))?.[1]
  const known = [browser, system].filter(Boolean).join(', ')
  return known || userAgent.split(/[/\s]/)[0]?.slice(0, 40) || ''
}
