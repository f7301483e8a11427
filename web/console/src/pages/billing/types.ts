import type { operations } from '@/api/schema'

type Sent<K extends keyof operations> = operations[K] extends { requestBody: { content: { 'application/json': infer B } } } ? B : never
export type Answer<K extends keyof operations> = operations[K] extends { responses: { 200: { content: { 'application/json': infer B } } } } ? B : never
type Row<T> = T extends { items: (infer R)[] } ? R : never

export type Item = Answer<'read-item'>
export type ItemFields = Sent<'create-item'>
export type Rate = Row<Answer<'list-rates'>>
export type RateFields = Sent<'add-rate'>
export type LateTerms = Row<Answer<'list-late-terms'>>
export type LateTermsFields = Sent<'add-late-terms'>
export type Lpr = Row<Answer<'list-lprs'>>
export type HolidayYear = Row<Answer<'list-holidays'>>
export type Festival = HolidayYear['festivals'][number]
export type HolidayFields = Sent<'put-holidays'>
export type Scope = Row<Answer<'list-assignments'>>
export type ScopeFields = Sent<'assign-item'>
export type Formula = Answer<'check-formula'>
export type Run = Row<Answer<'list-runs'>>
export type Review = Answer<'read-run'>
export type Look = Row<Answer<'list-run-looks'>>
export type Charge = Row<Answer<'list-charges'>>
export type Totals = NonNullable<Answer<'list-charges'>['totals']>
export type Explanation = Answer<'explain-charge'>
export type ChargeQuery = NonNullable<operations['list-charges']['parameters']['query']>
export type Discount = Row<Answer<'list-discounts'>>
export type DiscountFields = Sent<'ask-discount'>
export type Trial = Answer<'simulate-rate'>
export type TrialFields = Sent<'simulate-rate'>
