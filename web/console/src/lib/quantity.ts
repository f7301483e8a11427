/** Quantities: integers of a ten-thousandth (12.5 度 = 125,000), never floats. */
import { toHalfWidth, withoutCommas } from '@/lib/money'

const PLACES = 4

/** 125000 → `12.5`; separators from a thousand on. */
export function formatQuantity(quantity: number | null | undefined): string {
  if (quantity == null) return '–'
  const digits = String(Math.abs(quantity)).padStart(PLACES + 1, '0')
  const decimals = digits.slice(-PLACES).replace(/0+$/, '')
  const whole = digits.slice(0, -PLACES).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return `${quantity < 0 ? '−' : ''}${whole}${decimals ? `.${decimals}` : ''}`
}

/** Reads `1286`, `１２８６.５`, `1,286`; null for anything that is no such number, `47,5` among it. */
export function parseQuantity(text: string): number | null {
  const s = withoutCommas(toHalfWidth(text).replace(/\s+/g, '')) ?? ''
  if (!/^\d{1,10}(\.\d{0,4})?$/.test(s)) return null
  const [whole = '', decimals = ''] = s.split('.')
  return Number(whole + decimals.padEnd(PLACES, '0'))
}
