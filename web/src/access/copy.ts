/** Copy the content of a field. */

/** Return whether it worked. Browsers open the clipboard only to pages over HTTPS; the older way works without. */
export async function copyFrom(field: HTMLInputElement): Promise<boolean> {
  field.focus()
  field.select()
  if (isSecureContext) {
    const isCopied = await navigator.clipboard.writeText(field.value).then(() => true, () => false)
    if (isCopied) return true
  }
  // Deprecated, but the only way on a page without HTTPS.
  return document.execCommand('copy')
}
