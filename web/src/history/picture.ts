/** The charts as one picture, as they are shown, with a title and their legends. */

export interface Caption {
  title: string
  subtitle: string
}

export interface PictureStyle {
  ground: string
  ink: string
  soft: string
  /** CSS font family. */
  font: string
}

/** px of the page; the picture has the screen's own resolution. */
const MARGIN = 16
const HEAD = 56
const TITLE = 20

/** Draw every chart inside `charts` below one another, each under its words. Resolves to a PNG. */
export function pictureOf(charts: HTMLElement, caption: Caption, style: PictureStyle): Promise<Blob> {
  const panels = [...charts.querySelectorAll<HTMLElement>('[data-picture]')]
  const drawings = panels.flatMap((panel) => {
    const canvas = panel.querySelector('canvas')
    return canvas ? [{ canvas, words: panel.dataset['picture'] ?? '', legend: legendOf(panel) }] : []
  })
  const ratio = devicePixelRatio
  const width = Math.max(...drawings.map(({ canvas }) => canvas.width / ratio), 400) + 2 * MARGIN
  const height = HEAD + drawings.reduce((sum, { canvas }) => sum + canvas.height / ratio + TITLE + MARGIN, 0)
  const picture = document.createElement('canvas')
  picture.width = Math.round(width * ratio)
  picture.height = Math.round(height * ratio)
  const context = picture.getContext('2d')
  if (!context) return Promise.reject(new Error('no canvas can be drawn on'))
  context.scale(ratio, ratio)
  context.fillStyle = style.ground
  context.fillRect(0, 0, width, height)
  write(context, caption.title, MARGIN, 24, `600 16px ${style.font}`, style.ink)
  write(context, caption.subtitle, MARGIN, 44, `12px ${style.font}`, style.soft)
  let top = HEAD
  for (const { canvas, words, legend } of drawings) {
    write(context, words, MARGIN, top + 14, `600 12px ${style.font}`, style.soft)
    let left = MARGIN + context.measureText(words).width + MARGIN
    for (const { text, colour } of legend) {
      write(context, text, left, top + 14, `12px ${style.font}`, colour ?? style.ink)
      left += context.measureText(text).width + MARGIN
    }
    context.drawImage(canvas, MARGIN, top + TITLE, canvas.width / ratio, canvas.height / ratio)
    top += canvas.height / ratio + TITLE + MARGIN
  }
  return new Promise((resolve, reject) => {
    picture.toBlob((blob) => {
      if (blob) resolve(blob)
      else reject(new Error('the browser made no picture'))
    }, 'image/png')
  })
}

/** What stands beside a chart: each line's name and value in its colour, or the values alone. */
function legendOf(panel: HTMLElement): { text: string; colour: string | null }[] {
  return [...panel.querySelectorAll<HTMLElement>('.curve-legend li, .mean-and-max > div')].map((entry) => {
    const line = entry.querySelector('path')
    return { text: entry.innerText.replace(/\s+/g, ' ').trim(), colour: line && getComputedStyle(line).stroke }
  })
}

/** Hand a file to the viewer under `name`. */
export function save(blob: Blob, name: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The download has begun by then; the memory must not wait for the page to close.
  setTimeout(() => { URL.revokeObjectURL(link.href) }, 10_000)
}

function write(context: CanvasRenderingContext2D, text: string, x: number, y: number, font: string, ink: string) {
  context.font = font
  context.fillStyle = ink
  context.fillText(text, x, y)
}
