import { formatQuantity, parseQuantity } from '@/lib/quantity'
import { tariffTexts as t } from '@/texts/meter'
import { formatPrice, parsePrice } from './price'
import type { RateFields } from './types'

export type Tariff = NonNullable<RateFields['tariff']>
export type Shape = keyof typeof t.shapes

/** What stands in the form: prices by band, and up to three tiers at absolute prices (with bands: what they add). */
export interface TariffDraft {
  shape: Shape
  peak: string
  valley: string
  sharp: string
  flat: string
  limit1: string
  price2: string
  limit2: string
  price3: string
  accumulate: 'year' | 'month'
  yearStart: string
  people: string
  perPerson: string
  verified: boolean
}
export const freshTariff = (): TariffDraft => ({ shape: 'plain', peak: '', valley: '', sharp: '', flat: '', limit1: '', price2: '', limit2: '', price3: '', accumulate: 'year', yearStart: '1', people: '', perPerson: '', verified: false })
const banded = (d: TariffDraft) => d.shape === 'bands' || d.shape === 'both'
const tiered = (d: TariffDraft) => d.shape === 'tiers' || d.shape === 'both'
const price = (text: string) => { const p = parsePrice(text); return p.ok ? p.price : null }

export function tariffFault(d: TariffDraft): string | null {
  if (banded(d) && (price(d.peak) === null || price(d.valley) === null)) return t.faults.bands
  if (banded(d) && [d.sharp, d.flat].some((x) => x.trim() !== '' && price(x) === null)) return t.faults.moreBands
  if (!tiered(d)) return null
  if ((d.people.trim() === '') !== (d.perPerson.trim() === '')) return t.faults.people
  if (d.people.trim() !== '' && (!/^[1-9]\d?$/.test(d.people.trim()) || !parseQuantity(d.perPerson))) return t.faults.people
  const [first, second] = [parseQuantity(d.limit1), parseQuantity(d.limit2)]
  if (!first || price(d.price2) === null) return t.faults.second
  if (d.limit2.trim() === '' && d.price3.trim() === '') return null
  return second !== null && second > first && price(d.price3) !== null ? null : t.faults.third
}

/** What is sent, or undefined for one price; base is the price of the first tier where there are no bands. */
export function tariffBody(d: TariffDraft, base: number): Tariff | undefined {
  if (d.shape === 'plain') return undefined
  const off = banded(d) ? 0 : base
  const bands: Tariff['bands'] = banded(d)
    ? (['sharp', 'peak', 'flat', 'valley'] as const).flatMap((band) => { const p = price(d[band]); return p === null ? [] : [{ band, price: p }] })
    : [{ price: base }]
  const tiers: Tariff['tiers'] = []
  if (tiered(d)) {
    tiers.push({ upto: parseQuantity(d.limit1) ?? 0 })
    const second = { add: (price(d.price2) ?? 0) - off }
    if (d.limit2.trim() === '') tiers.push(second)
    else tiers.push({ ...second, upto: parseQuantity(d.limit2) ?? 0 }, { add: (price(d.price3) ?? 0) - off })
  }
  const wider = tiered(d) && d.people.trim() ? { people: Number(d.people), per_person: parseQuantity(d.perPerson) ?? 0 } : {}
  return { accumulate: d.accumulate, year_start: tiered(d) && d.accumulate === 'year' ? Number(d.yearStart) : 1, ...wider, verified: d.verified, bands, tiers }
}

/** One line for the list of prices. */
export function tariffWords(x: Tariff): string {
  const bands = x.bands.map((b) => `${b.band ? t.bands[b.band] : ''}${formatPrice(b.price)}`).join('，')
  if (!x.tiers.length) return bands
  const tiers = x.tiers.map((y, n) => t.tier(n + 1, y.upto ? formatQuantity(y.upto) : '', y.add ? formatPrice(y.add) : ''))
  const rules = [x.accumulate === 'month' ? t.accumulates.month : t.yearly(x.year_start ?? 1), ...(x.people ? [t.wider(x.people, formatQuantity(x.per_person ?? 0))] : [])]
  return `${bands}；${tiers.join('，')}（${rules.join('，')}）`
}
