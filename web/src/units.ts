/** Numbers and times as people read them, in the form of one locale. Bytes, percent, °C and Unix seconds in, text out. */

const GIB = 1024 ** 3

export type AgeUnit = 'seconds' | 'minutes' | 'hours' | 'days'

/** Formatters for `locale` in `timeZone` (by default the viewer's own). 1 GB is 1024³ bytes, as in `free -g`. */
export function createUnits(locale: string, timeZone?: string) {
  const oneDigit = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  const signed = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: 'exceptZero' })
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  const time = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, { hourCycle: 'h23', timeZone, ...options })
    return (seconds: number) => format.format(seconds * 1000)
  }
  const atMostTwo = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
  const isChinese = locale.startsWith('zh')
  // A zone has the same name in every language: in Chinese, Intl knows only the offset of most zones.
  const zoneFormat = new Intl.DateTimeFormat(isChinese ? 'en-GB' : locale, { timeZoneName: 'short', timeZone })
  const zone = zoneFormat.resolvedOptions().timeZone
  const second = isChinese ? '秒' : 's'
  const beside = (name: string, text: string) => (isChinese ? `${name}（${text}）` : `${name} (${text})`)
  const zoneShort = (seconds: number) =>
    zoneFormat.formatToParts(seconds * 1000).find((part) => part.type === 'timeZoneName')?.value ?? zone

  const minute = time({ hour: '2-digit', minute: '2-digit' })
  const day = time({ day: 'numeric', month: 'short' })
  const dayMinute = time({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
  const dateMinute = time({ dateStyle: 'medium', timeStyle: 'short' })
  const year = time({ year: 'numeric' })
  /** Times between `from` and `to` need their zone if the clocks change in between: an hour may come twice. */
  const zoned = (from: number, to: number) => {
    const isNeeded = zoneShort(from) !== zoneShort(to)
    return (format: (seconds: number) => string, seconds: number) => (isNeeded ? `${format(seconds)} ${zoneShort(seconds)}` : format(seconds))
  }

  return {
    locale,
    /** 58.23 -> "58.2%" */
    percent: (value: number) => `${oneDigit.format(value)}%`,
    /** 8589934592 -> "8.0", 2199023255552 -> "2,048"; the sentence has the unit GB */
    gigabytes: (bytes: number) => (bytes < 1000 * GIB ? oneDigit : whole).format(bytes / GIB),
    /** 65.5 -> "65.5 °C" */
    celsius: (value: number) => `${oneDigit.format(value)} °C`,
    /** 8796093022208 -> "8.0", in TB of 1024 GB */
    terabytes: (bytes: number) => oneDigit.format(bytes / GIB / 1024),
    /** Without its unit, if there is little room: 58.23 -> "58" */
    short: (value: number) => whole.format(value),
    /** For an axis, where steps are round: 268435456 -> "0.25 GB" */
    gigabytesAxis: (bytes: number) => `${atMostTwo.format(bytes / GIB)} GB`,
    percentAxis: (value: number) => `${whole.format(value)}%`,
    celsiusAxis: (value: number) => `${whole.format(value)} °C`,
    /** 0.123 -> "0.1 s" */
    seconds: (value: number) => `${oneDigit.format(value)} ${second}`,
    /** 0.123 -> "+0.1 s", -12 -> "−12.0 s" */
    skew: (value: number) => `${signed.format(value)} ${second}`,
    /** 230.25 with one digit -> "230.3" */
    number: (value: number, digits: number) => (digits > 0 ? oneDigit : whole).format(value),
    count: (value: number) => whole.format(value),
    /** "14:05:20" */
    second: time({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    /** "14:05" */
    minute,
    /** "24 Nov" */
    day,
    /** "2025" */
    year,
    /** "14:05" on the day of `now`, otherwise "24 Nov, 14:05" */
    moment: (seconds: number, now: number) => (day(seconds) === day(now) ? minute : dayMinute)(seconds),
    /** "24 Nov, 14:05 – 15:05"; with zones if they differ: "25 Oct, 02:30 CEST – 02:10 CET"; with years if requested or needed */
    span: (from: number, to: number, hasYears = year(from) !== year(to)) => {
      const [text, full] = [zoned(from, to), hasYears ? dateMinute : dayMinute]
      return `${text(full, from)} – ${text(to - from < 2 * 86_400 && day(from) === day(to) ? minute : full, to)}`
    },
    /** "24 Nov 2025, 14:05"; with its zone if the clocks change between `from` and `to` */
    dateMinuteIn: (from: number, to: number, seconds: number) => zoned(from, to)(dateMinute, seconds),
    /** "24 Nov 2025" */
    date: time({ dateStyle: 'medium' }),
    /** "24 Nov 2025, 14:05" */
    dateMinute,
    /** "24 Nov 2025, 14:05:20" */
    dateSecond: time({ dateStyle: 'medium', timeStyle: 'medium' }),
    /** "GMT+8" at the moment `seconds` */
    zoneShort,
    /** "Asia/Shanghai (GMT+8)" at the moment `seconds`; in Chinese with full-width brackets */
    zoneOf: (seconds: number) => (zoneShort(seconds) === zone ? zone : beside(zone, zoneShort(seconds))),
    /** "Europe/Berlin (CEST, CET)" from the moment `from` to `to`; only one if there is only one */
    zoneOver: (from: number, to: number) => {
      const shorts = [...new Set([zoneShort(from), zoneShort(to)])].join(isChinese ? '、' : ', ')
      return shorts === zone ? zone : beside(zone, shorts)
    },
  }
}

export type Units = ReturnType<typeof createUnits>

/** An age as a whole number of its largest fitting unit: 125 -> {amount: 2, unit: "minutes"}. A negative age counts as zero. */
export function ageOf(ageSeconds: number): { amount: number; unit: AgeUnit } {
  const age = Math.max(0, Math.floor(ageSeconds))
  if (age < 60) return { amount: age, unit: 'seconds' }
  if (age < 3600) return { amount: Math.floor(age / 60), unit: 'minutes' }
  if (age < 86400) return { amount: Math.floor(age / 3600), unit: 'hours' }
  return { amount: Math.floor(age / 86400), unit: 'days' }
}
