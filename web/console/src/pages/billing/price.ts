/** Unit prices: integers of a millionth of a yuan (2.35 元 = 2,350,000), never floats. */
import { toHalfWidth, withoutCommas } from '@/lib/money'

const PLACES = 6
export type PriceFault = 'empty' | 'notNumber' | 'decimals' | 'tooLarge'
export type ParsedPrice = { ok: true; price: number } | { ok: false; fault: PriceFault }
/** A million yuan, the largest price the server takes. */
export const MAX_PRICE = 1_000_000 * 1_000_000

/** 2350000 → `2.35`, with at least two decimals and no more than it has. */
export function formatPrice(price: number | null | undefined): string {
  if (price == null) return '–'
  if (!Number.isSafeInteger(price)) throw new RangeError(`a price is an integer of a millionth of a yuan, got ${price}`)
  const digits = String(Math.abs(price)).padStart(PLACES + 1, '0')
  const decimals = digits.slice(-PLACES).replace(/0+$/, '').padEnd(2, '0')
  return `${price < 0 ? '−' : ''}${digits.slice(0, -PLACES).replace(/\B(?=(\d{3})+(?!\d))/g, ',')}.${decimals}`
}

/** Reads `2.35`, `２．３５`, `¥2.35`, `2.35元`; a seventh decimal is refused instead of cut. */
export function parsePrice(text: string): ParsedPrice {
  const typed = toHalfWidth(text).replace(/\s+/g, '').replace(/^[¥￥]/, '').replace(/元$/, '')
  if (typed === '') return { ok: false, fault: 'empty' }
  const s = withoutCommas(typed) ?? ''
  if (!/^\d*\.?\d*$/.test(s) || !/\d/.test(s)) return { ok: false, fault: 'notNumber' }
  const [whole = '', decimals = ''] = s.split('.')
  if (decimals.length > PLACES) return { ok: false, fault: 'decimals' }
  if (whole.replace(/^0+/, '').length > 7) return { ok: false, fault: 'tooLarge' }
  const price = Number((whole || '0') + decimals.padEnd(PLACES, '0'))
  return price > MAX_PRICE ? { ok: false, fault: 'tooLarge' } : { ok: true, price }
}
