import { parsePrice } from './price'

export type Grace = 'from_due' | 'excluded'
/** One percent a day, the most the server takes; in 10⁻⁸. */
const MOST = 1_000_000

/** A rate a day typed in percent, `0.05`, as an integer of 10⁻⁸ (50000); null when it is not one. */
export function parseDaily(text: string): number | null {
  const p = parsePrice(text.replace(/[%％]\s*$/, ''))
  return p.ok && p.price <= MOST ? p.price : null
}

/** Whole days from 0 to 365; null when it is not that. */
export function parseGrace(text: string): number | null {
  const s = text.trim()
  return /^\d{1,3}$/.test(s) && Number(s) <= 365 ? Number(s) : null
}

/** What 1,000.00 yuan cost ten days after the grace ended: days overdue, days counted, fen rounded half up. */
export function exampleOf(daily: number, graceDays: number, grace: Grace): { over: number; counted: number; fen: number } {
  const over = graceDays + 10
  const counted = grace === 'excluded' ? 10 : over
  return { over, counted, fen: Math.floor((daily * counted + 500) / 1000) }
}
