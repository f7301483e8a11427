import type { Tone } from '@/components/tone'
import { batchWorks, type Amendable, type AmendableRoom, type AmendInput, type Batch, type BatchInput, type BatchRoom } from './api'

export const keyOf = (d: Amendable) => `${d.item_id}/${d.month}`

type Effect = Amendable['effects'][number]
/** What is chosen, what it comes to both ways, and what it does to each who pays, in fen. */
export interface Picked { lines: AmendInput['lines']; plus: number; minus: number; effects: Effect[] }

/** What is chosen and still differs. */
export function picksOf(rows: Amendable[], chosen: string[]): Picked {
  const out: Picked = { lines: [], plus: 0, minus: 0, effects: [] }
  for (const d of rows) {
    if (d.amount === 0 || !chosen.includes(keyOf(d))) continue
    out.lines.push({ item_id: d.item_id, month: d.month, seen_amount: d.amount })
    if (d.amount > 0) out.plus += d.amount
    else out.minus -= d.amount
    for (const e of d.effects) {
      const sum = out.effects.find((x) => x.payer_id === e.payer_id)
      if (!sum) out.effects.push({ ...e })
      else for (const key of ['more', 'credited', 'returned'] as const) sum[key] += e[key]
    }
  }
  return out
}

/** Rooms as the list showed them, and what they come to both ways, in fen. */
export function roomPicks(rooms: AmendableRoom[]): { rooms: BatchInput['rooms']; plus: number; minus: number } {
  return {
    rooms: rooms.map((r) => ({ room_id: r.room_id, seen_plus: r.plus, seen_minus: r.minus })),
    plus: rooms.reduce((sum, r) => sum + r.plus, 0),
    minus: rooms.reduce((sum, r) => sum + r.minus, 0),
  }
}

const roomTones: Record<BatchRoom['state'], Tone> = { waiting: 'draft', made: 'paid', refused: 'overdue', voiding: 'info', kept: 'overdue', voided: 'draft' }
export const roomTone = (state: BatchRoom['state']) => roomTones[state]
export const batchTone = (b: Batch): Tone => (batchWorks(b.state) ? 'info' : b.state === 'voided' ? 'draft' : b.failed ? 'due' : 'paid')
