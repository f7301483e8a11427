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
export interface ChargeFilter { q: string; month: string; item: string; state: string; building: string; over: number; room: string; run: string }

/** The question to the server; what is not filtered is not in it. */
export function chargeQuery(f: ChargeFilter): ChargeQuery {
  const query: ChargeQuery = {}
  if (f.q) query.q = f.q
  if (f.room) query.room_id = f.room
  if (f.run) query.run_id = f.run
  if (/^\d{4}-\d\d$/.test(f.month)) query.from_month = query.until_month = f.month
  if (f.item) query.item_id = f.item
  if (f.building) query.building_id = f.building
  const state = stateFilters.find((s) => s === f.state)
  if (state) query.state = [state]
  if (f.over > 0) query.days_over = f.over
  return query
}
