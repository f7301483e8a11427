import { parsePrice } from './price'
import type { Lpr } from './types'

/** Twenty percent a year, the most the server takes; in 10⁻⁴. */
const MOST = 2000

/** A yearly rate typed in percent, `3.10`, as an integer of 10⁻⁴ (310); null when it is not one with two decimals. */
export function parseYearly(text: string): number | null {
  const p = parsePrice(text.replace(/[%％]\s*$/, ''))
  if (!p.ok || p.price === 0 || p.price % 10_000 !== 0) return null
  const rate = p.price / 10_000
  return rate <= MOST ? rate : null
}

/** 310 → `3.10%`. */
export const yearlyWords = (rate: number): string => `${Math.floor(rate / 100)}.${String(rate % 100).padStart(2, '0')}%`

/** A rate that was published more than a year ago may no longer be the one that holds. */
export function isOld(newest: Lpr, today: string): boolean {
  return newest.from_date < `${Number(today.slice(0, 4)) - 1}${today.slice(4)}`
}
