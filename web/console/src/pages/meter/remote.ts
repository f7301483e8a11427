import { formatQuantity } from '@/lib/quantity'
import { formatExact } from '@/lib/time'
import { remoteTexts, takeTexts } from '@/texts/remote'
import type { Offer, Platform, Trial } from './remoteCalls'

/** The access as a form shows it; the password starts empty. */
export const platformFields = (p: Platform) => ({
  host: p.host, client_id: p.client_id ?? '', login: p.login ?? '', secret: '', topic: p.topic, number_field: p.number_field, value_field: p.value_field, time_field: p.time_field,
  day: String(p.take_day), active: p.version === 0 || p.active,
})

/** What a try heard, a line each. */
export const trialLines = (t: Trial): string[] => [
  ...t.samples.map((s) => remoteTexts.sample(s.number, formatQuantity(s.value), formatExact(s.at))),
  ...t.refused.map((r) => remoteTexts.odd(r.reason, r.payload)),
]

export const takeable = (o: Offer): boolean => o.fate === 'ready' || o.fate === 'review'

const fates: Offer['fate'][] = ['ready', 'review', 'refused', 'silent', 'read']
/** What can be taken first, then what somebody has to look at, what is read already last. */
export const byFate = (list: Offer[]): Offer[] => list.toSorted((a, b) => fates.indexOf(a.fate) - fates.indexOf(b.fate))

/** So many meters one command takes over. */
export const MOST = 500

export const offerFacts = (list: Offer[]): string => {
  const of = (fate: Offer['fate']) => list.filter((o) => o.fate === fate).length
  return takeTexts.facts(of('ready'), of('review'), of('refused') + of('silent'), of('read'))
}
