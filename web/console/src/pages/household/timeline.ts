import type { TimelineItem } from '@/components/Timeline.vue'
import type { Tone } from '@/components/tone'
import { formatDate, formatMoment, type Moment } from '@/lib/time'
import { householdPage as t } from '@/texts/household'
import type { Household } from './api'

type Event = Household['timeline'][number]
const tones: Record<Event['kind'], Tone> = { receipt: 'paid', void: 'draft', overdue: 'overdue', change: 'draft', dunning: 'info', message: 'info', amended: 'info' }

/** A red receipt gave money back. */
const back = (e: Event) => e.kind === 'receipt' && e.amount < 0

export interface HouseholdEvent extends TimelineItem { receipt: string }

/** The events of a household as the timeline shows them; an overdue day has no hour. */
export function eventsOf(list: Event[], now: Moment): HouseholdEvent[] {
  return list.map((e, n) => ({
    id: `${e.kind}:${e.at}:${n}`,
    title: e.title,
    time: e.kind === 'overdue' ? formatDate(e.at.slice(0, 10), now) : formatMoment(e.at, now),
    text: e.text,
    by: e.by,
    tone: back(e) ? 'info' : tones[e.kind],
    tag: back(e) ? t.back : t.kinds[e.kind],
    tagTone: back(e) ? 'info' : tones[e.kind],
    receipt: e.kind === 'receipt' ? e.receipt_id : '',
  }))
}
