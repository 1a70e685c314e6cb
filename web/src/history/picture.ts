/** A picture of a part of the page, drawn from the document, so that it shows everything. */

export interface PictureStyle {
  ground: string
  ink: string
  /** CSS font family. */
  font: string
}

/** px of the page; the picture has the screen's resolution. */
const MARGIN = 16
const HEAD = 40

/** Draw `shown` as it is, below a title. Resolves to a PNG. */
export function pictureOf(shown: HTMLElement, title: string, style: PictureStyle): Promise<Blob> {
  const { left, top, width, height } = shown.getBoundingClientRect()
  const picture = document.createElement('canvas')
  picture.width = Math.round((width + 2 * MARGIN) * devicePixelRatio)
  picture.height = Math.round((HEAD + height + MARGIN) * devicePixelRatio)
  const pen = picture.getContext('2d')
  if (!pen) return Promise.reject(new Error('no canvas can be drawn on'))
  pen.scale(devicePixelRatio, devicePixelRatio)
  pen.fillStyle = style.ground
  pen.fillRect(0, 0, width + 2 * MARGIN, HEAD + height + MARGIN)
  write(pen, title, MARGIN, 26, `600 16px ${style.font}`, style.ink)
  pen.translate(MARGIN - left, HEAD - top)
  draw(pen, shown)
  return new Promise((resolve, reject) => {
    picture.toBlob((blob) => {
      if (blob) resolve(blob)
      else reject(new Error('the browser made no picture'))
    }, 'image/png')
  })
}

/** Draw an element and its content where it is in the window. */
function draw(pen: CanvasRenderingContext2D, element: Element) {
  const style = getComputedStyle(element)
  const box = element.getBoundingClientRect()
  if (style.visibility === 'hidden' || box.width === 0) return
  drawRule(pen, box, style)
  if (element instanceof HTMLCanvasElement) pen.drawImage(element, box.left, box.top, box.width, box.height)
  else if (element instanceof SVGRectElement) drawArea(pen, box, style)
  else if (element instanceof SVGPathElement) drawLine(pen, box, style)
  else {
    for (const child of element.childNodes) {
      if (child instanceof Element) draw(pen, child)
      else if (child instanceof Text) drawText(pen, child, style)
    }
  }
}

/** The line above an element that separates it from the one before. */
function drawRule(pen: CanvasRenderingContext2D, { left, top, width }: DOMRect, style: CSSStyleDeclaration) {
  const thickness = parseFloat(style.borderTopWidth)
  if (!thickness) return
  pen.fillStyle = style.borderTopColor
  pen.fillRect(left, top, width, thickness)
}

function drawArea(pen: CanvasRenderingContext2D, { left, top, width, height }: DOMRect, style: CSSStyleDeclaration) {
  pen.globalAlpha = parseFloat(style.opacity)
  pen.fillStyle = style.fill
  pen.fillRect(left, top, width, height)
  pen.globalAlpha = 1
}

/** The sample of a line in a legend: horizontal, and perhaps dashed. */
function drawLine(pen: CanvasRenderingContext2D, { left, top, width, height }: DOMRect, style: CSSStyleDeclaration) {
  pen.strokeStyle = style.stroke
  pen.lineWidth = parseFloat(style.strokeWidth)
  pen.setLineDash(style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(/[ ,]+/).map(parseFloat))
  pen.beginPath()
  pen.moveTo(left, top + height / 2)
  pen.lineTo(left + width, top + height / 2)
  pen.stroke()
  pen.setLineDash([])
}

/** Word by word, because a text may continue on the next line. */
function drawText(pen: CanvasRenderingContext2D, text: Text, style: CSSStyleDeclaration) {
  const font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
  for (const { word, box } of placedWords(text)) {
    pen.font = font
    // The box reaches from the font's ascent to its descent.
    write(pen, word, box.left, box.top + pen.measureText(word).fontBoundingBoxAscent, font, style.color)
  }
}

function* placedWords(text: Text): Generator<{ word: string; box: DOMRect }> {
  for (const { 0: word, index } of text.data.matchAll(/\S+/g)) {
    const whole = boxesOf(text, index, word.length)
    const [box] = whole
    if (box && whole.length === 1) yield { word, box }
    else if (box) yield* placedLetters(text, word, index)
  }
}

/** For a word that is broken over lines, as Chinese text may be anywhere. */
function* placedLetters(text: Text, word: string, index: number): Generator<{ word: string; box: DOMRect }> {
  let offset = index
  for (const letter of word) {
    const [box] = boxesOf(text, offset, letter.length)
    offset += letter.length
    if (box) yield { word: letter, box }
  }
}

function boxesOf(text: Text, start: number, length: number): DOMRect[] {
  const range = document.createRange()
  range.setStart(text, start)
  range.setEnd(text, start + length)
  return [...range.getClientRects()]
}

/** Offer a file named `name` for download. */
export function save(blob: Blob, name: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The download has begun by then, so free the memory before the page closes.
  setTimeout(() => { URL.revokeObjectURL(link.href) }, 10_000)
}

function write(pen: CanvasRenderingContext2D, text: string, x: number, y: number, font: string, ink: string) {
  pen.font = font
  pen.fillStyle = ink
  pen.fillText(text, x, y)
}
