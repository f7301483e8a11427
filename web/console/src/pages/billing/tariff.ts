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
  limit1: string
  price2: string
  limit2: string
  price3: string
  accumulate: 'year' | 'month'
  verified: boolean
}
export const freshTariff = (): TariffDraft => ({ shape: 'plain', peak: '', valley: '', limit1: '', price2: '', limit2: '', price3: '', accumulate: 'year', verified: false })
const banded = (d: TariffDraft) => d.shape === 'bands' || d.shape === 'both'
const tiered = (d: TariffDraft) => d.shape === 'tiers' || d.shape === 'both'
const price = (text: string) => { const p = parsePrice(text); return p.ok ? p.price : null }

export function tariffFault(d: TariffDraft): string | null {
  if (banded(d) && (price(d.peak) === null || price(d.valley) === null)) return t.faults.bands
  if (!tiered(d)) return null
  const [first, second] = [parseQuantity(d.limit1), parseQuantity(d.limit2)]
  if (!first || price(d.price2) === null) return t.faults.second
  if (d.limit2.trim() === '' && d.price3.trim() === '') return null
  return second !== null && second > first && price(d.price3) !== null ? null : t.faults.third
}

/** What is sent, or undefined for one price; base is the price of the first tier where there are no bands. */
export function tariffBody(d: TariffDraft, base: number): Tariff | undefined {
  if (d.shape === 'plain') return undefined
  const off = banded(d) ? 0 : base
  const bands: Tariff['bands'] = banded(d) ? [{ band: 'peak', price: price(d.peak) ?? 0 }, { band: 'valley', price: price(d.valley) ?? 0 }] : [{ price: base }]
  const tiers: Tariff['tiers'] = []
  if (tiered(d)) {
    tiers.push({ upto: parseQuantity(d.limit1) ?? 0 })
    const second = { add: (price(d.price2) ?? 0) - off }
    if (d.limit2.trim() === '') tiers.push(second)
    else tiers.push({ ...second, upto: parseQuantity(d.limit2) ?? 0 }, { add: (price(d.price3) ?? 0) - off })
  }
  return { accumulate: d.accumulate, year_start: 1, verified: d.verified, bands, tiers }
}

/** One line for the list of prices. */
export function tariffWords(x: Tariff): string {
  const bands = x.bands.map((b) => `${b.band ? t.bands[b.band] : ''}${formatPrice(b.price)}`).join('，')
  if (!x.tiers.length) return bands
  const tiers = x.tiers.map((y, n) => t.tier(n + 1, y.upto ? formatQuantity(y.upto) : '', y.add ? formatPrice(y.add) : ''))
  return `${bands}；${tiers.join('，')}（${t.accumulates[x.accumulate ?? 'year']}）`
}
