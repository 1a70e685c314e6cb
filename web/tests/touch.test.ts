import { beforeEach, describe, expect, it } from 'vitest'

import { followFinger } from '@/charts/touch'

let field: HTMLElement
let heard: [type: string, x: number][]

function finger(type: string, clientX: number, changes: PointerEventInit = {}) {
  field.dispatchEvent(new PointerEvent(type, { pointerType: 'touch', isPrimary: true, pointerId: 1, clientX, bubbles: true, ...changes }))
}

beforeEach(() => {
  field = document.createElement('div')
  heard = []
  for (const type of ['mousedown', 'mousemove', 'mouseup'] as const) field.addEventListener(type, (event) => heard.push([type, event.clientX]))
  followFinger(field)
})

describe('a finger on a chart', () => {
  it('draws when it moves sideways', () => {
    finger('pointerdown', 100)
    finger('pointermove', 104)
    expect(heard).toEqual([])
    finger('pointermove', 120)
    finger('pointermove', 150)
    finger('pointerup', 150)
    expect(heard).toEqual([['mousemove', 100], ['mousedown', 100], ['mousemove', 120], ['mousemove', 150], ['mouseup', 150]])
  })

  it('draws nothing when it taps', () => {
    finger('pointerdown', 100)
    finger('pointermove', 103)
    finger('pointerup', 103)
    expect(heard).toEqual([])
  })

  it('undoes what it drew if the page scrolls instead', () => {
    finger('pointerdown', 100)
    finger('pointermove', 120)
    finger('pointercancel', 0)
    expect(heard.slice(-2)).toEqual([['mousemove', 100], ['mouseup', 100]])
    finger('pointermove', 160)
    expect(heard.at(-1)).toEqual(['mouseup', 100])
  })

  it('is one finger: a second one and a mouse draw nothing this way', () => {
    finger('pointerdown', 100, { isPrimary: false, pointerId: 2 })
    finger('pointermove', 150, { isPrimary: false, pointerId: 2 })
    finger('pointerdown', 100, { pointerType: 'mouse' })
    finger('pointermove', 150, { pointerType: 'mouse' })
    expect(heard).toEqual([])
  })
})
