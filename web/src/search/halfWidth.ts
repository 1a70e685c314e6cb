/** A search as a Chinese keyboard types it, in the signs that the page reads. */

/** What a Chinese keyboard puts where another has the sign at the right; typed dashes that are longer than they look. */
const SIGNS: Readonly<Record<string, string>> = {
  '【': '[', '】': ']', '〔': '[', '〕': ']', '「': '[', '」': ']',
  '、': ',', '。': '.', '《': '<', '》': '>', '〈': '<', '〉': '>',
  '≥': '>=', '≧': '>=', '≤': '<=', '≦': '<=', '≠': '!=',
  '‐': '-', '–': '-', '—': '-', '−': '-',
}
const TO_REPLACE = new RegExp(`[${Object.keys(SIGNS).join('')}]`, 'gu')

/** "＠ｒａｃｋ３，温度＞８５、！node【１-３】" -> "@rack3,温度>85,!node[1-3]" */
export function halfWidth(text: string): string {
  return text.normalize('NFKC').replaceAll(TO_REPLACE, (sign) => SIGNS[sign] ?? sign)
}
