import type { Amendable, AmendInput } from './api'

export const keyOf = (d: Amendable) => `${d.item_id}/${d.month}`

export interface Picked { lines: AmendInput['lines']; plus: number; minus: number }

/** What is chosen and still differs, and what it comes to both ways, in fen. */
export function picksOf(rows: Amendable[], chosen: string[]): Picked {
  const out: Picked = { lines: [], plus: 0, minus: 0 }
  for (const d of rows) {
    if (d.amount === 0 || !chosen.includes(keyOf(d))) continue
    out.lines.push({ item_id: d.item_id, month: d.month, seen_amount: d.amount })
    if (d.amount > 0) out.plus += d.amount
    else out.minus -= d.amount
  }
  return out
}
