import { areaText } from '@/lib/area'
import { billingTexts } from '@/texts/billing'
import { correctionTexts } from '@/texts/corrections'
import { occupantTexts, personTexts, projectTexts, roomTexts } from '@/texts/estate'
import { historyTexts as t, wishTexts } from '@/texts/people'
import { formatPrice } from '../billing/price'
import { differences } from './tags'

/** The records that show what was done to them. */
export type RecordKind = 'project' | 'building' | 'room' | 'person' | 'item'
export interface Change { key: string; name: string; before: string; after: string }

const NONE = '–'
const words = (...lists: Record<string, string>[]) => (value: string) => lists.map((l) => l[value]).find(Boolean) ?? value
const area = (value: string) => (Number(value) ? `${areaText(Number(value))} ㎡` : NONE)
/** How the stored values of a field are said; the others are said as they are. */
const values: Record<string, (value: string) => string> = {
  Kind: words(roomTexts.kinds, personTexts.kinds, projectTexts.kinds), State: words(roomTexts.states, projectTexts.states, t.discountStates), Gender: words(correctionTexts.genders), Part: words(occupantTexts.parts),
  Area: area, InnerArea: area, LandArea: area, BuiltArea: area, Floor: (v) => (v === '0' ? NONE : v), Floors: (v) => (v === '0' ? NONE : v), Share: (v) => (Number(v) ? `${areaText(Number(v))}%` : NONE),
  Price: (v) => formatPrice(Number(v)), SourceKind: words(billingTexts.sourceKind), Basis: words(billingTexts.basis), Cycle: words(billingTexts.cycle), FirstMonth: words(billingTexts.firstMonth), Rounding: words(billingTexts.rounding),
  Unit: words(billingTexts.unit), DueDay: (v) => (v === '0' ? t.lastDay : v), Tariff: () => t.steps, Scope: words(t.scopes), Quantity: (v) => (Number(v) ? String(Number(v) / 10_000) : NONE),
  Wish: words({ bills_only: wishTexts.quiet, bills_and_reminders: wishTexts.all }),
}

/** What a change did to a record, field by field, in the words of the page. */
export function changesOf(kind: RecordKind, before: string, after: string): Change[] {
  const names: Record<string, string> = { ...t.fields, ...(kind === 'item' ? t.itemFields : {}), ...(kind === 'project' ? { State: t.state } : {}), ...(kind === 'person' ? {} : { Name: kind === 'room' ? t.roomName : t.name }) }
  return differences(before, after).flatMap(({ key, before: old, after: now }) => {
    const name = names[key]
    const say = (value: string) => (value === NONE ? NONE : (values[key]?.(value) ?? value))
    // Who pays for a room stands there by number; the line of the person says it in words.
    if (key === 'Payer' && ![old, now].every((v) => [NONE, '是', '否'].includes(v))) return []
    // What begins with “no” says nothing.
    if (key === 'Payer' && old === NONE && now === '否') return []
    return name && (say(old) !== say(now) || key === 'Tariff') ? [{ key, name, before: say(old), after: say(now) }] : []
  })
}
