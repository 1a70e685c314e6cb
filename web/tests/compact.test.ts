// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { ofCompact, ofCompactSet } from '@/api/compact'

const FRAME = { period: null, from: 0, to: 6000, step: 300, interval: 5 }
const UNITS = { cpu_percent: 0.1, cpu_percent_max: 0.1, memory_total: 1024 ** 2, memory_used: 1024 ** 2, cpu_temp: 0.1, cpu_temp_max: 0.1, samples: 1 }

describe('the compact form of history', () => {
  it('has the same values as the full one, in tenths and MiB', () => {
    const full = ofCompact({
      ...FRAME,
      node_id: 1,
      hostname: 'node01',
      units: UNITS,
      runs: [
        [300, 2],
        [1200, 1],
      ],
      columns: { cpu_percent: [452, 0, 1000], cpu_percent_max: [1, 3, 0], memory_total: 16_000, memory_used: [8000, 1, 2], cpu_temp: [655, null, -5], cpu_temp_max: [0, null, 7], samples: 60 },
    })
    expect(full).toEqual({
      ...FRAME,
      node_id: 1,
      hostname: 'node01',
      timestamp: [300, 600, 1200],
      cpu_percent: [45.2, 0, 100],
      cpu_percent_max: [45.3, 0.3, 100],
      memory_total: [16_777_216_000, 16_777_216_000, 16_777_216_000],
      memory_used: [8_388_608_000, 1_048_576, 2_097_152],
      cpu_temp: [65.5, null, -0.5],
      cpu_temp_max: [65.5, null, 0.2],
      samples: [60, 60, 60],
    })
  })

  it('may have one number for a mean and many for its maximum, or none at all', () => {
    const one = { node_id: 1, hostname: 'a', runs: [[600, 2]] as [number, number][], columns: { cpu_temp: 500, cpu_temp_max: [1, 2] } }
    const other = { node_id: 2, hostname: 'b', runs: [], columns: { cpu_temp: [], cpu_temp_max: [] } }
    const withoutSensor = { ...one, hostname: 'c', columns: { cpu_temp: null, cpu_temp_max: null } }
    const { nodes } = ofCompactSet({ ...FRAME, units: UNITS, nodes: [one, other, withoutSensor] })
    expect(nodes.map(({ timestamp, cpu_temp, cpu_temp_max }) => [timestamp, cpu_temp, cpu_temp_max])).toEqual([
      [[600, 900], [50, 50], [50.1, 50.2]],
      [[], [], []],
      [[600, 900], [null, null], [null, null]],
    ])
  })
})
