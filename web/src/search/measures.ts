/** What a search's condition may compare. */

import type { RealtimeNode } from '@/api/client'
import { formOf, hasValues, inAddress, type Metric, METRICS, shareOf } from '@/metrics'

export interface Measure {
  /** As people type it, the shortest first. */
  names: readonly string[]
  /** The one that readers of Chinese are shown. */
  chinese: string
  /** By unit as typed ("" for none): a node's value in that unit. */
  units: Readonly<Record<string, (node: RealtimeNode) => number | null>>
  /** The units as they are shown. */
  shown: readonly string[]
  /** What a condition on it may go on with: ">85". */
  limit: string
}

/** Names besides the metric's own and the one in the address. */
const NAMES: Partial<Record<string, readonly string[]>> = {
  cpu_percent: ['cpu', 'cpu占用率', '处理器'],
  memory_used: ['mem', 'memory', 'ram', '内存', '内存占用'],
  cpu_temp: ['temp', 'temperature', '温度', 'cpu温度'],
}
const CHINESE: Partial<Record<string, string>> = { memory_used: '内存', cpu_temp: '温度' }
const LIMITS: Partial<Record<string, string>> = { cpu_percent: '<5', memory_used: '>80', cpu_temp: '>85' }

const CLOCK: Measure = {
  names: ['clock', '时钟', '时钟偏差'],
  chinese: '时钟',
  units: alike(['', 's', '秒'], ({ clock_skew_seconds: skew }) => skew && Math.abs(skew)),
  shown: ['s'],
  limit: '>1',
}

export const MEASURES: readonly Measure[] = [...METRICS.map(measureOf), CLOCK]
export const MEMORY = called('mem')
export const TEMPERATURE = called('temp')

function called(name: string): Measure {
  return MEASURES.find(({ names }) => names.includes(name)) ?? CLOCK
}

function measureOf(metric: Metric): Measure {
  const { name, unit } = metric
  const valueOf = (node: RealtimeNode) => (hasValues(node) ? node[name] : null)
  const names = [...new Set([...(NAMES[name] ?? []), inAddress(name), name])]
  const chinese = CHINESE[name] ?? names[0] ?? name
  const limit = LIMITS[name] ?? '>1'
  if (formOf(metric) === 'of-total') return { names, chinese, units: { ...alike(['', '%'], (node) => shareOf(node, metric)), ...(unit === 'bytes' ? inBytes(valueOf) : {}) }, shown: unit === 'bytes' ? ['%', 'GB', 'TB'] : ['%'], limit }
  return { names, chinese, units: alike(unit === '°C' ? ['', '°c', 'c', '度'] : ['', unit.toLowerCase()], valueOf), shown: [unit], limit }
}

/** 1 GB is 1024³ bytes, as everywhere on the page. */
function inBytes(valueOf: (node: RealtimeNode) => number | null): Measure['units'] {
  const inUnit = (size: number) => (node: RealtimeNode) => {
    const value = valueOf(node)
    return value === null ? null : value / size
  }
  return { ...alike(['gb', 'g', 'gib'], inUnit(1024 ** 3)), ...alike(['tb', 't', 'tib'], inUnit(1024 ** 4)) }
}

function alike(units: readonly string[], valueOf: (node: RealtimeNode) => number | null): Measure['units'] {
  return Object.fromEntries(units.map((unit) => [unit, valueOf]))
}
