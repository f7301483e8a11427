import { itemFormTexts as t } from '@/texts/billing'
import type { Item, ItemFields } from './types'

type Words<K extends keyof ItemFields> = NonNullable<ItemFields[K]> & string

/** What stands in the form: texts for everything that is chosen from a list. */
export interface ItemDraft {
  name: string
  basis: Words<'basis'>
  cycle: Words<'cycle'>
  timing: Words<'timing'>
  start_month: string
  price_per: Words<'price_per'>
  from_date: string
  until_date: string
  due_day: string
  rounding: Words<'rounding'>
  unit: '1' | '10' | '100'
  round_at: Words<'round_at'>
  first_month: Words<'first_month'>
  meter_kind: Words<'meter_kind'>
}

/** The draft of an item that exists, or of a new one with the usual answers. */
export function itemDraft(item?: Item): ItemDraft {
  return {
    name: item?.name ?? '',
    basis: item?.basis ?? 'area',
    cycle: item?.cycle ?? 'month',
    timing: item?.timing ?? 'advance',
    start_month: String(item?.start_month ?? 1),
    price_per: item?.price_per ?? 'month',
    from_date: item?.from_date ?? '',
    until_date: item?.until_date ?? '',
    due_day: String(item?.due_day ?? 0),
    rounding: item?.rounding ?? 'half_up',
    unit: String(item?.unit ?? 1) as ItemDraft['unit'],
    round_at: item?.round_at ?? 'month',
    first_month: item?.first_month ?? 'actual',
    meter_kind: item?.meter_kind ?? 'water',
  }
}

export type ItemFaults = Record<'name' | 'from_date' | 'until_date', string | null>

export function itemFaults(d: ItemDraft): ItemFaults {
  return {
    name: d.name.trim() ? null : t.faults.name,
    from_date: d.from_date ? null : t.faults.from,
    until_date: d.until_date && d.until_date < d.from_date ? t.faults.until : null,
  }
}

/** Whether an item is charged by single documents only. */
export const singly = (basis: ItemDraft['basis']): boolean => basis === 'once' || basis === 'costs'

/** How often meters are read for a fee by usage. */
export const readCycle = (d: ItemDraft): 'month' | 'bimonth' => (d.cycle === 'bimonth' ? 'bimonth' : 'month')

/** What is sent. The answers about a period go along even where a month is the period: once used they may not change. */
export function itemBody(d: ItemDraft): ItemFields {
  const body: ItemFields = {
    name: d.name.trim(),
    basis: d.basis,
    cycle: d.cycle,
    timing: d.timing,
    start_month: Number(d.start_month),
    price_per: d.price_per,
    from_date: d.from_date,
    due_day: Number(d.due_day),
    rounding: d.rounding,
    unit: Number(d.unit) as NonNullable<ItemFields['unit']>,
    round_at: d.round_at,
    first_month: d.first_month,
  }
  // Usage, shared costs and what is charged singly are known month by month.
  if (d.basis === 'metered' || d.basis === 'shared' || singly(d.basis)) Object.assign(body, { cycle: 'month', price_per: 'month', round_at: 'month' })
  if (d.basis === 'metered') Object.assign(body, { cycle: readCycle(d), meter_kind: d.meter_kind, timing: 'arrears' })
  if (d.until_date) body.until_date = d.until_date
  return body
}
