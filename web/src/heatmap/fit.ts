/** Shortens names and node sets. Their numbers distinguish them, so these stay. */

/** `text` if it `fits`; otherwise without its domain, or only the first of several; otherwise its end. "node01.hpc.org" -> "node01" -> "…e01" */
export function shortened(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text
  const [first = ''] = text.split(/,(?![^[]*\])/)
  const [beginning = ''] = first.split('.')
  const shorter = first === text ? beginning : `${beginning} …`
  return fits(shorter) ? shorter : ending(beginning, fits)
}

function ending(text: string, fits: (text: string) => boolean): string {
  for (let start = 1; start < text.length; start++) {
    const end = `…${text.slice(start)}`
    if (fits(end)) return end
  }
  return ''
}
