// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { ageOf, createUnits } from '@/units'

const GIB = 1024 ** 3
const english = createUnits('en-GB', 'Asia/Shanghai')
const chinese = createUnits('zh-CN', 'Asia/Shanghai')
/** 2025-11-24 06:05:20 UTC */
const MOMENT = Date.UTC(2025, 10, 24, 6, 5, 20) / 1000

describe('numbers', () => {
  it('counts memory in 1024³ bytes, as free -g does', () => {
    expect(english.gigabytes(8 * GIB)).toBe('8.0')
    expect(english.gigabytes(8e9)).toBe('7.5')
  })

  it('drops a decimal that means nothing', () => {
    expect(english.gigabytes(999.94 * GIB)).toBe('999.9')
    expect(english.gigabytes(2015.7 * GIB)).toBe('2,016')
  })

  it('gives percent and temperature one decimal, so that columns stand still', () => {
    expect(english.percent(58.23)).toBe('58.2%')
    expect(english.percent(100)).toBe('100.0%')
    expect(chinese.celsius(65)).toBe('65.0 °C')
    expect(english.celsius(-3.14)).toBe('-3.1 °C')
  })

  it('writes an axis without decimals that a step does not have', () => {
    expect(english.gigabytesAxis(64 * GIB)).toBe('64 GB')
    expect(english.gigabytesAxis(GIB / 4)).toBe('0.25 GB')
    expect(english.percentAxis(20)).toBe('20%')
  })

  it('uses the separators of the language', () => {
    expect(createUnits('de-DE').percent(58.23)).toBe('58,2%')
  })
})

describe('times', () => {
  it('are in the requested zone, in 24 hours', () => {
    expect(english.second(MOMENT)).toBe('14:05:20')
    expect(english.minute(MOMENT)).toBe('14:05')
    expect(createUnits('en-US', 'America/New_York').second(MOMENT)).toBe('01:05:20')
  })

  it('write midnight as 00:00 and not 24:00', () => {
    expect(createUnits('en-US', 'UTC').minute(0)).toBe('00:00')
  })

  it('have the form of the language', () => {
    expect(english.span(MOMENT, MOMENT + 600)).toBe('24 Nov, 14:05 – 14:15')
    expect(english.span(MOMENT, MOMENT + 86_400)).toBe('24 Nov, 14:05 – 25 Nov, 14:05')
    expect(chinese.span(MOMENT, MOMENT + 600)).toBe('11月24日 14:05 – 14:15')
  })

  it('name their zone once', () => {
    expect(english.zoneOf(MOMENT)).toBe('Asia/Shanghai (GMT+8)')
    expect(chinese.zoneOf(MOMENT)).toBe('Asia/Shanghai（GMT+8）')
    expect(createUnits('en-GB', 'UTC').zoneOf(MOMENT)).toBe('UTC')
  })
})

describe('ages', () => {
  it.each([
    [0, { amount: 0, unit: 'seconds' }],
    [59.9, { amount: 59, unit: 'seconds' }],
    [60, { amount: 1, unit: 'minutes' }],
    [3599, { amount: 59, unit: 'minutes' }],
    [7200, { amount: 2, unit: 'hours' }],
    [200_000, { amount: 2, unit: 'days' }],
  ])('%d s is its largest whole unit', (seconds, expected) => {
    expect(ageOf(seconds)).toEqual(expected)
  })

  it('of a clock that runs ahead is zero, never negative', () => {
    expect(ageOf(-3)).toEqual({ amount: 0, unit: 'seconds' })
  })
})
