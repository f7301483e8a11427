import { billingTexts as b, itemFormTexts as f, itemTexts as t } from '@/texts/billing'
import type { Tone } from '@/components/tone'
import { singly } from './itemForm'
import { formatPrice } from './price'
import type { Item, Rate, Scope } from './types'

/** Whether it has prices: the amounts of single charges and shared costs stand in their documents. */
export const priced = (item: Item): boolean => item.basis !== 'once' && item.basis !== 'shared'
/** How often it comes; a single charge comes when somebody makes it. */
export const cycleWords = (item: Item): string => item.basis === 'once' ? t.whenNeeded : `${b.cycle[item.cycle ?? 'month']}${b.timing[item.timing ?? 'advance']}`

/** A price with its unit, or the formula it is used in: `2.35 元/㎡·月`. */
export function rateWords(item: Item, rate: Rate): string {
  if (item.basis === 'formula') return rate.formula ?? ''
  return `${formatPrice(rate.price ?? 0)} ${item.price_unit}`
}

export type RateState = 'now' | 'later' | 'past' | 'replaced'

/** Where each price stands on a day. The list is by day, and of one day the last entered counts. */
export function rateStates(rates: Rate[], today: string): RateState[] {
  const replaced = rates.map((r, n) => rates[n + 1]?.from_date === r.from_date)
  const current = rates.findLastIndex((r, n) => !replaced[n] && r.from_date <= today)
  return rates.map((r, n) => (replaced[n] ? 'replaced' : n === current ? 'now' : r.from_date > today ? 'later' : 'past'))
}
export const rateTones: Record<RateState, Tone> = { now: 'paid', later: 'info', past: 'draft', replaced: 'draft' }
export const rateStateWords: Record<RateState, string> = { now: t.rateNow, later: t.rateLater, past: t.ratePast, replaced: t.rateReplaced }

/** Whether a scope still counts on a day or later; one that ends before it begins was taken back. */
export const scopeOver = (scope: Scope, today: string): boolean => Boolean(scope.until_date) && (scope.until_date! < today || scope.until_date! < scope.from_date)

/** The facts of 怎么收 as label and words. */
export function itemFacts(item: Item): [string, string][] {
  const once = singly(item.basis)
  const long = item.cycle !== 'month'
  const facts: [string, string | false][] = [
    [f.basis, b.basis[item.basis]],
    [f.cycle, !once && cycleWords(item)],
    [f.startMonth, long && f.month(item.start_month ?? 1)],
    [f.pricePer, long && item.basis !== 'metered' && (item.price_per === 'period' ? f.perPeriod : f.perMonth)],
    [f.from, item.from_date],
    [f.until, item.until_date || t.longTerm],
    [f.dueDay, item.due_day ? f.due(item.due_day) : f.dueLast],
    [f.rounding, !once && `${b.rounding[item.rounding ?? 'half_up']}${b.unit[String(item.unit ?? 1) as '1']}`],
    [f.roundAt, long && item.basis !== 'metered' && (item.round_at === 'period' ? f.roundPeriod : f.roundMonth)],
    [f.firstMonth, !once && b.firstMonth[item.first_month ?? 'actual']],
  ]
  return facts.filter((x): x is [string, string] => x[1] !== false)
}
