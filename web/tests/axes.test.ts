// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { memoryRange, temperatureRange, valueSplits, withLimit } from '@/charts/scales'
import { timeLabels, whole } from '@/charts/timeAxis'
import { createUnits } from '@/units'

const units = createUnits('en-GB', 'UTC')
const at = (day: number, hour: number) => Date.UTC(2025, 10, day, hour) / 1000

describe('the time axis', () => {
  it('names the day once, where it begins', () => {
    expect(timeLabels(units, [at(23, 18), at(24, 0), at(24, 6)], 6 * 3600)).toEqual(['18:00\n23 Nov', '00:00\n24 Nov', '06:00'])
  })

  it('names only days if a step is a day or more', () => {
    expect(timeLabels(units, [at(23, 0), at(24, 0)], 86400)).toEqual(['23 Nov', '24 Nov'])
    expect(timeLabels(units, [at(23, 0), at(24, 0), at(90, 0)], 86400)).toEqual(['23 Nov\n2025', '24 Nov', '29 Jan\n2026'])
  })
})

describe('a label at the end of the time axis', () => {
  const widthOf = (text: string) => 6 * text.length

  it('is left out if it would be cut off', () => {
    expect(whole(['18:00', '00:00\n24 Nov', '06:00'], [50, 180, 290], 300, widthOf)).toEqual(['18:00', '00:00\n24 Nov', ''])
    expect(whole(['06:00'], [285], 300, widthOf)).toEqual(['06:00'])
  })
})

describe('the value axis', () => {
  it('has room for a limit, and no extra room without one', () => {
    expect(withLimit([30, 60], 95)).toEqual([30, 100])
    expect(withLimit([30, 110], 95)).toEqual([30, 110])
    expect(withLimit([30, 60], null)).toEqual([30, 60])
  })

  it('of a low chart is labelled at both ends if only one multiple fits', () => {
    expect(valueSplits(70, 100, 50)).toEqual([70, 100])
    expect(valueSplits(70, 100, 10)).toEqual([70, 80, 90, 100])
    expect(valueSplits(0, 0.3, 0.1)).toEqual([0, 0.1, 0.2])
    expect(valueSplits(0, 256, 128)).toEqual([0, 128, 256])
  })

  it('of temperatures spans whole tens, and never less than 20 °C', () => {
    expect(temperatureRange([41, null, 78], [41, null, 84])).toEqual([40, 90])
    expect(temperatureRange([55, 56])).toEqual([50, 70])
    expect(temperatureRange([null])).toEqual([20, 40])
  })

  it('of memory reaches from zero to the whole', () => {
    expect(memoryRange([16, null, 32])).toEqual([0, 32])
    expect(memoryRange([])).toEqual([0, 1])
  })
})
