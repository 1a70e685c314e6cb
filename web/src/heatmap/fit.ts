/** Names and node sets in less room than they need: their numbers are what tells them apart, so these stay. */

/** `text` if it `fits`; else without its domain, or what follows the first of several; else its end. "node01.hpc.org" -> "node01" -> "…e01" */
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
