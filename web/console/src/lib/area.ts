/** Areas: integers of ㎡×10⁻², typed and shown with two decimals. 0 stands for not recorded. */
import { NONE, formatFen, parseFen, toHalfWidth } from './money'

/** 8950 → `89.50`; 0 and nothing give `–`. */
export function formatArea(area: number | null | undefined): string {
  return area ? formatFen(area) : NONE
}

/** What stands in the field of a form: empty for not recorded. */
export function areaText(area: number | null | undefined): string {
  return area ? formatFen(area).replace(/,/g, '') : ''
}

/** Whether it is an area with a sign before it: no fault of writing, but none that a room can have. */
export function isNegativeArea(text: string): boolean {
  const bare = toHalfWidth(text).trim()
  return /^[-−]/.test(bare) && Boolean(parseArea(bare.slice(1)))
}

/** Reads `89.5`, `８９．５０`, `89.50㎡`; an empty text is 0. Null when it is no area. */
export function parseArea(text: string): number | null {
  const bare = text.trim().replace(/(㎡|平方米|平米|平)$/, '')
  if (bare === '') return 0
  const parsed = parseFen(bare)
  return parsed.ok && !/[¥￥元]/.test(bare) ? parsed.fen : null
}
