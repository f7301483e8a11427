/**
 * Money on the screen. An amount is always an integer of fen; no float ever stands for yuan.
 * The largest safe integer is 90 billion yuan, which the server refuses long before.
 */

/** Why typed text is not an amount; the words for it are in texts/money.ts. */
export type AmountFault = 'empty' | 'notNumber' | 'decimals' | 'commas' | 'tooLarge' | 'negative'
export type Parsed = { ok: true; fen: number } | { ok: false; fault: AmountFault }

/** Nothing to show: an en dash, as opposed to a zero. */
export const NONE = '–'
const MAX_YUAN_DIGITS = 11

function group(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

function magnitude(fen: number): string {
  if (!Number.isSafeInteger(fen)) throw new RangeError(`money is an integer of fen, got ${fen}`)
  const digits = String(Math.abs(fen)).padStart(3, '0')
  return `${group(digits.slice(0, -2))}.${digits.slice(-2)}`
}

/** 123450 → `1,234.50`; a negative amount carries a real minus sign. Null and undefined give `–`. */
export function formatFen(fen: number | null | undefined): string {
  if (fen == null) return NONE
  return (fen < 0 ? '−' : '') + magnitude(fen)
}

/** 123450 → `¥1,234.50`, for totals and for the one big number. */
export function formatYuan(fen: number | null | undefined): string {
  if (fen == null) return NONE
  return `${fen < 0 ? '−' : ''}¥${magnitude(fen)}`
}

/** 4160 → `+41.60`, −28750 → `−287.50`, for differences; zero carries no sign. */
export function formatSigned(fen: number | null | undefined): string {
  if (fen == null) return NONE
  return (fen > 0 ? '+' : fen < 0 ? '−' : '') + magnitude(fen)
}

/** 1296 → `1,296`. */
export function formatCount(n: number | null | undefined): string {
  if (n == null) return NONE
  return (n < 0 ? '−' : '') + group(String(Math.abs(Math.trunc(n))))
}

/** The sum of amounts; missing amounts count as nothing. */
export function sumFen(amounts: Iterable<number | null | undefined>): number {
  let sum = 0
  for (const fen of amounts) sum += fen ?? 0
  if (!Number.isSafeInteger(sum)) throw new RangeError('sum of money is not an integer of fen')
  return sum
}

/** Full-width digits, points and commas as input methods produce them → ASCII. */
export function toHalfWidth(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ')
    .replace(/。/g, '.')
    .replace(/、/g, ',')
}

/** Without the commas that part thousands; null when one does not: 47,5 may mean 47.5 and must not become 475. */
export function withoutCommas(number: string): string | null {
  const [whole = '', ...decimals] = number.split('.')
  if (!number.includes(',')) return number
  return /^\d{1,3}(,\d{3})+$/.test(whole) && !decimals.join('').includes(',') ? number.replace(/,/g, '') : null
}

/**
 * Reads what a clerk typed: `1100`, `1,100.5`, `１１００．５０`, `¥1100`, `1100元`.
 * A third decimal and a comma that does not part thousands are refused instead of guessed.
 */
export function parseFen(text: string, options: { negative?: boolean } = {}): Parsed {
  let s = toHalfWidth(text).replace(/\s+/g, '').replace(/元$/, '').replace('−', '-')
  if (s === '') return { ok: false, fault: 'empty' }
  const negative = s.startsWith('-')
  if (negative) s = s.slice(1)
  s = s.replace(/^[¥￥]/, '')
  if (!/^[\d,]*\.?\d*$/.test(s) || !/\d/.test(s)) return { ok: false, fault: 'notNumber' }
  const [whole = '', decimals = ''] = s.split('.')
  if (whole.includes(',') && !/^\d{1,3}(,\d{3})+$/.test(whole)) return { ok: false, fault: 'commas' }
  if (decimals.length > 2) return { ok: false, fault: 'decimals' }
  const yuan = whole.replace(/,/g, '').replace(/^0+(?=\d)/, '')
  if (yuan.length > MAX_YUAN_DIGITS) return { ok: false, fault: 'tooLarge' }
  const fen = Number((yuan || '0') + decimals.padEnd(2, '0'))
  if (negative && fen !== 0 && !options.negative) return { ok: false, fault: 'negative' }
  return { ok: true, fen: negative && fen !== 0 ? -fen : fen }
}
