import type { Tone } from '@/components/tone'
import { chargeTexts as t } from '@/texts/charges'
import type { Charge, ChargeQuery } from './types'

export interface ChargeStatus { text: string; tone: Tone; partly: boolean }

/** What stands under 状态: overdue says for how long, and a part payment is said beside it. */
export function chargeStatus(c: Charge): ChargeStatus {
  switch (c.state) {
    case 'paid': return { text: t.states.paid, tone: 'paid', partly: false }
    case 'overdue': return { text: t.late(c.days_over), tone: 'overdue', partly: c.paid > 0 }
    case 'partial': return { text: t.partly, tone: 'info', partly: false }
    default: return { text: t.states.unpaid, tone: 'due', partly: false }
  }
}

export const stateFilters = ['open', 'unpaid', 'partial', 'overdue', 'paid'] as const
export type StateFilter = (typeof stateFilters)[number]
export interface ChargeFilter { q: string; month: string; item: string; state: string; building: string; over: number; room: string; run: string; until: string; due_from: string; due_until: string }

const isMonth = (text: string) => /^\d{4}-\d\d$/.test(text)
const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text)

/** A report leads here with several months or a range of due days, which no field of the filter row shows. */
export function rangeWords(f: ChargeFilter): string {
  const months = isMonth(f.until) ? t.months(isMonth(f.month) ? f.month : '', f.until) : ''
  const due = isDay(f.due_from) || isDay(f.due_until) ? t.dueDays(f.due_from, f.due_until) : ''
  return [months, due].filter(Boolean).join('，')
}

/** The question to the server; what is not filtered is not in it. A month without `until` is only itself. */
export function chargeQuery(f: ChargeFilter): ChargeQuery {
  const query: ChargeQuery = {}
  if (f.q) query.q = f.q
  if (f.room) query.room_id = f.room
  if (f.run) query.run_id = f.run
  if (isMonth(f.month)) query.from_month = query.until_month = f.month
  if (isMonth(f.until)) query.until_month = f.until
  if (isDay(f.due_from)) query.due_from = f.due_from
  if (isDay(f.due_until)) query.due_until = f.due_until
  if (f.item) query.item_id = f.item
  if (f.building) query.building_id = f.building
  const state = stateFilters.find((s) => s === f.state)
  if (state) query.state = [state]
  if (f.over > 0) query.days_over = f.over
  return query
}
