/** Converts a search typed on a Chinese keyboard to the characters that the page reads. */

/** The characters of a Chinese keyboard, and those of other keyboards; also dashes that are longer than a hyphen. */
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
