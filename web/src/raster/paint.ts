/** Draws a raster on a canvas: each value in the live map's colours, and missing values as hatching. */

import type { Absence } from '@/api/client'
import { colourOf, type Scale } from '@/heatmap/colours'

import { HIGHEST_CELL, type Raster, valueOf } from './decode'
import { type Rows, type Times, topOf, xOf } from './geometry'
import type { RasterMark } from './marks'

export interface Brush {
  ground: string
  /** The fill where hours are still being made. */
  track: string
  /** The hatching if the node is the reason, and otherwise. */
  down: string
  ink: string
  ratio: number
}

/** px: the size of the hatching. */
const HATCH = 6

/** The reasons that are the node's own; a panel that was away says nothing about the node. */
export function isOfNode(reason: Absence): boolean {
  return reason === 'node_away' || reason === 'agent_stopped' || reason === 'clock_refused' || reason === 'silent'
}

/** Whether anything is missing: not before the node existed, and not in the future. */
export function isMissing(reason: Absence): boolean {
  return reason !== 'new' && reason !== 'filling'
}

/** The colour of each cell value in the format of ImageData, little-endian RGBA; 0 is transparent. */
export function paletteOf(head: Raster['head'], scale: Scale, ends: readonly [number, number]): Uint32Array {
  const palette = new Uint32Array(256)
  for (let cell = 1; cell <= HIGHEST_CELL; cell++) {
    const [red = 0, green = 0, blue = 0] = (colourOf(scale, valueOf(head, cell) ?? 0, ends).match(/\d+/g) ?? []).map(Number)
    palette[cell] = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
  }
  return palette
}

/** One pixel per cell; null for a raster without cells. */
export function pictureOf({ head }: Raster, plane: Uint8Array, palette: Uint32Array): HTMLCanvasElement | null {
  const [width, height] = [head.columns, head.rows.length]
  const picture = document.createElement('canvas')
  picture.width = width
  picture.height = height
  const context = width && height ? picture.getContext('2d') : null
  if (!context) return null
  const image = context.createImageData(width, height)
  const pixels = new Uint32Array(image.data.buffer)
  for (let index = 0; index < plane.length; index++) pixels[index] = palette[plane[index] ?? 0] ?? 0
  context.putImageData(image, 0, 0)
  return picture
}

/** Draw `picture` at the places of its rows and times. */
export function paint(context: CanvasRenderingContext2D, picture: HTMLCanvasElement, { head }: Raster, rows: Rows, times: Times, brush: Brush) {
  const { ratio } = brush
  const at = (px: number) => Math.round(px * ratio)
  const xOfColumn = (column: number) => at(xOf(times, head.from + column * head.width))
  const [left, right] = [xOfColumn(0), xOfColumn(head.columns)]
  context.imageSmoothingEnabled = false
  const hatch = hatching(context, brush.ground, brush.ink, ratio)
  const hatchOfNode = hatching(context, brush.ground, brush.down, ratio)
  for (const { first, count, y } of rows.blocks) {
    const [top, height] = [at(y), at(count * rows.rowHeight)]
    context.fillStyle = hatch
    context.fillRect(left, top, right - left, height)
    for (const [row, begin, end, reason] of head.missing) {
      if (row < first || row >= first + count || (isMissing(reason) && !isOfNode(reason))) continue
      context.fillStyle = reason === 'new' ? brush.ground : reason === 'filling' ? brush.track : hatchOfNode
      context.fillRect(xOfColumn(begin), at(topOf(rows, row)), xOfColumn(end) - xOfColumn(begin), at(rows.rowHeight))
    }
    context.drawImage(picture, 0, first, head.columns, count, left, top, right - left, height)
  }
}

/** px around a mark. */
const BESIDE_MARK = 1

/** Outline the open alerts: a solid line for a critical one, otherwise dashed. */
export function paintMarks(context: CanvasRenderingContext2D, marks: readonly RasterMark[], rows: Rows, times: Times, { ink, ground, ratio }: Brush) {
  const x = (time: number) => Math.round(Math.min(times.width, Math.max(0, xOf(times, time))) * ratio)
  const beside = BESIDE_MARK * ratio
  for (const { first, last, from, to, isCritical } of marks) {
    const [left, right] = [x(from), x(to)]
    const [top, bottom] = [topOf(rows, first) * ratio - beside, (topOf(rows, last) + rows.rowHeight) * ratio + beside]
    if (right <= 0 || left >= times.width * ratio) continue
    // Visible on light and on dark backgrounds.
    for (const [colour, width] of [[ground, 3], [ink, 1.5]] as const) {
      context.lineWidth = width * ratio
      context.strokeStyle = colour
      context.setLineDash(isCritical || colour === ground ? [] : [4 * ratio, 3 * ratio])
      context.strokeRect(left, top, Math.max(2 * ratio, right - left), bottom - top)
    }
  }
  context.setLineDash([])
}

function hatching(context: CanvasRenderingContext2D, ground: string, ink: string, ratio: number): CanvasPattern | string {
  const tile = document.createElement('canvas')
  const size = Math.max(4, Math.round(HATCH * ratio))
  tile.width = tile.height = size
  const pen = tile.getContext('2d')
  if (!pen) return ground
  pen.fillStyle = ground
  pen.fillRect(0, 0, size, size)
  pen.strokeStyle = ink
  pen.lineWidth = Math.max(1, ratio)
  pen.beginPath()
  // Also beyond its corners, so that the tiles join.
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1)
    pen.lineTo(shift + size + 1, -1)
  }
  pen.stroke()
  return context.createPattern(tile, 'repeat') ?? ground
}
