import type { Cause } from '@/components/causeBars'
import type { Tone } from '@/components/tone'
import { sumFen } from '@/lib/money'
import { reviewTexts as t } from '@/texts/runs'
import type { Charge, Look, Review, Run } from './types'

export const runTones: Record<Run['state'], Tone> = {
  generating: 'info', draft: 'due', empty: 'draft', releasing: 'info', released: 'paid', withdrawing: 'info', withdrawn: 'draft',
}

/** A job works on the run right now: its progress is asked for until it is done. */
export const isWorking = (state: Run['state'] | undefined): state is 'generating' | 'releasing' | 'withdrawing' =>
  state === 'generating' || state === 'releasing' || state === 'withdrawing'

/** The causes as bars, what adds before what takes away, the largest first. */
export function causesOf(review: Review): Cause[] {
  return review.causes
    .filter((c) => c.amount !== 0)
    .map((c) => ({ key: c.cause, title: c.label, hint: c.note, flag: c.cause === 'fault' ? t.check : undefined, count: c.lines, fen: c.amount }))
    .toSorted((a, b) => b.fen - a.fen)
}

/** Whether everything on the page adds up to the fen: items to both totals, causes to the difference; items count dropped lines too. */
export function addsUp(review: Review): boolean {
  return sumFen(review.items.map((i) => i.amount)) === review.amount
    && sumFen(review.items.map((i) => i.last_amount)) === review.last_amount
    && review.items.reduce((n, i) => n + i.lines, 0) === review.lines + review.dropped_lines
    && sumFen(review.causes.map((c) => c.amount)) === review.amount - review.last_amount
}

/** `+4.11%`; nothing when there was nothing before. */
export function percentOf(difference: number, before: number): string {
  if (before === 0 || difference === 0) return ''
  const hundredths = Math.round((Math.abs(difference) * 10_000) / Math.abs(before))
  const text = `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}%`
  return (difference > 0 === before > 0 ? '+' : '−') + text
}

/** One line of the review, whether it is to be looked at or one of all. */
export interface LineRow {
  key: string
  charge: string
  roomId: string
  room: string
  item: string
  month: string
  note: string
  last: number | null
  amount: number | null
  hold: Charge['hold']
  fault: boolean
  /** Of a fee by usage: what is missing is a reading. */
  metered: boolean
  corrected: boolean
}

export function rowOfLook(look: Look): LineRow {
  const fault = look.kind === 'fault'
  return {
    key: look.id, charge: look.charge_id, roomId: look.room_id, room: look.room_label, item: look.item_name, month: look.month, note: look.reason,
    last: look.last_amount || null, amount: fault ? null : look.amount, hold: look.hold, fault, metered: look.metered, corrected: false,
  }
}

export function rowOfCharge(c: Charge): LineRow {
  return {
    key: c.id, charge: c.id, roomId: c.room_id, room: c.room_label, item: c.item_name, month: c.month, note: c.payer_name,
    last: null, amount: c.amount, hold: c.hold, fault: false, metered: false, corrected: c.corrected,
  }
}

export type LineAction = 'correct' | 'hold' | 'drop' | 'restore' | 'release'

/** What may be done with a line now, in the order of the keys 1, 2, 3. */
export function actionsFor(row: LineRow, state: Run['state'], can: { run: boolean; release: boolean }): LineAction[] {
  if (row.fault || row.charge === '') return []
  const run: LineAction[] = []
  if (state === 'draft') run.push(...({ normal: ['correct', 'hold', 'drop'], held: ['correct', 'restore', 'drop'], dropped: ['restore'] } as const)[row.hold])
  if (state === 'released') run.push(...({ normal: [], held: ['correct', 'drop'], dropped: ['restore'] } as const)[row.hold])
  const list = can.run ? run : []
  return state === 'released' && row.hold === 'held' && can.release ? ['release', ...list] : list
}
