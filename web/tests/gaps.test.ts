// @vitest-environment node
import { describe, expect, it } from 'vitest'

import { type Column, gapped, lonely, spreadOut } from '@/charts/gaps'

function drawn(timestamps: number[], columns: Column[], step: number) {
  const { times, sources } = gapped(timestamps, step)
  return { times, columns: columns.map((column) => spreadOut(column, sources)) }
}

describe('gaps', () => {
  it('put one empty entry where a record is missing', () => {
    expect(drawn([300, 600, 1500, 1800], [[1, 2, 3, 4]], 300)).toEqual({
      times: [300, 600, 900, 1500, 1800],
      columns: [[1, 2, null, 3, 4]],
    })
  })

  it('leave complete records unchanged', () => {
    expect(drawn([5, 10, 15], [[1, 2, 3], [4, 5, 6]], 5)).toEqual({ times: [5, 10, 15], columns: [[1, 2, 3], [4, 5, 6]] })
  })

  it('keep missing values of an existing record', () => {
    expect(drawn([5, 10], [[1, null]], 5).columns).toEqual([[1, null]])
  })

  it('give a missing column only empty entries', () => {
    expect(drawn([300, 900], [[1, 2], []], 300).columns).toEqual([[1, null, 2], [null, null, null]])
  })

  it('are empty without records', () => {
    expect(drawn([], [[]], 300)).toEqual({ times: [], columns: [[]] })
  })
})

describe('a single value', () => {
  it('is one without a neighbour on either side', () => {
    expect(lonely([1, null, 2, null, 3, 4])).toEqual([0, 2])
  })

  it('is not next to another', () => {
    expect(lonely([1, 2, null, null])).toEqual([])
  })
})
