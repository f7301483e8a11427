import type { Tone } from '@/components/tone'
import { dateOf, type Moment } from '@/lib/time'
import { receiptTexts as t } from '@/texts/counter'
import { refundTexts as rt } from '@/texts/refund'
import type { Receipt } from './api'

export type Days = 'all' | 'today' | 'yesterday' | 'month' | 'custom'

function shifted(day: string, by: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10)
}

/** The first and last business date of a named range; nothing where it is open. */
export function rangeOf(days: Days, now: Moment, from: string, until: string): { from?: string; until?: string } {
  const today = dateOf(now)
  switch (days) {
    case 'today': return { from: today, until: today }
    case 'yesterday': return { from: shifted(today, -1), until: shifted(today, -1) }
    case 'month': return { from: `${today.slice(0, 8)}01`, until: today }
    case 'custom': return { ...(from ? { from } : {}), ...(until ? { until } : {}) }
    case 'all': return {}
  }
}

/** What has become of a receipt, for its tag. */
export function standingOf(r: Pick<Receipt, 'state' | 'red' | 'reversed_number'>): { tone: Tone; words: string } {
  if (r.state === 'void') return { tone: 'draft', words: t.states.void }
  if (r.red) return { tone: 'overdue', words: rt.redState }
  return r.reversed_number ? { tone: 'draft', words: rt.reversedState } : { tone: 'paid', words: t.states.valid }
}
