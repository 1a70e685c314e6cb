/** How many samples of a node's last hour exist, and how many should. */

/** How long a sample may be on its way before it counts as missed. */
const UNDER_WAY_SECONDS = 10
/** A gap of this length is an outage: its samples were not missed one by one. */
const OUTAGE_SECONDS = 300
/** This many equal distances in a row mean that the node had this interval, not that it missed samples. */
const HABIT = 5
const LONGEST_INTERVAL = 60
const HOUR_SECONDS = 3600

export interface HourCount {
  there: number
  missed: number
  /** The time of the first one, Unix seconds; null if they reach back to the hour's beginning. */
  since: number | null
  outageSeconds: number
}

/**
 * `timestamps` (ascending) are those of the existing samples, `now` is the time by the same clock. One comes every `interval`
 * seconds, or came at another interval for a while.
 */
export function hourCount(timestamps: readonly number[], now: number, interval: number): HourCount {
  const end = Math.max(timestamps.at(-1) ?? 0, Math.floor((now - UNDER_WAY_SECONDS) / interval) * interval)
  const times = timestamps.filter((time) => time > end - HOUR_SECONDS)
  const [first] = times
  if (first === undefined) return { there: 0, missed: 0, since: null, outageSeconds: 0 }
  const lead = first - (end - HOUR_SECONDS)
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time))
  const count: HourCount = { there: times.length, missed: 0, since: lead >= OUTAGE_SECONDS ? first : null, outageSeconds: 0 }
  const usual = habits(gaps)
  const add = (gap: number, spare: number) => {
    if (gap >= OUTAGE_SECONDS) count.outageSeconds += gap - spare
    else count.missed += Math.max(0, Math.round((gap - spare) / interval))
  }
  gaps.forEach((gap, index) => {
    if (!usual[index]) add(gap, interval)
  })
  add(end - (times.at(-1) ?? end), 0)
  if (count.since === null && !(usual[0] && gaps[0] !== interval)) add(lead, interval)
  return count
}

/** Whether each of `gaps` is one of many equal ones in a row. */
function habits(gaps: readonly number[]): boolean[] {
  const found: boolean[] = []
  for (let begin = 0; begin < gaps.length;) {
    let end = begin
    while (end < gaps.length && gaps[end] === gaps[begin]) end++
    for (let index = begin; index < end; index++) found.push(end - begin >= HABIT && (gaps[index] ?? 0) <= LONGEST_INTERVAL)
    begin = end
  }
  return found
}
