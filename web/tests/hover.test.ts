// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { isNear, valueAt } from '@/charts/hover'

describe('the crosshair', () => {
  it('takes the entry that is at most a step away', () => {
    expect(isNear(600, 750, 300, 1)).toBe(true)
    expect(isNear(600, 1200, 300, 1)).toBe(false)
  })

  it('takes one a few pixels away if steps are narrower than that', () => {
    expect(isNear(600, 7000, 300, 2600)).toBe(true)
    expect(isNear(600, 9000, 300, 2600)).toBe(false)
  })

  it('takes none if there is none', () => {
    expect(isNear(undefined, 600, 300, 1)).toBe(false)
    expect(valueAt([1, 2], { time: 600, index: null })).toBeNull()
  })

  it('reads the value of the entry it takes', () => {
    expect(valueAt([1, null], { time: 600, index: 0 })).toBe(1)
    expect(valueAt([1, null], { time: 600, index: 1 })).toBeNull()
  })
})
