import { toHalfWidth } from '@/lib/money'
import { formatQuantity, parseQuantity } from '@/lib/quantity'
import type { UnusualSetting } from './calls'

type Limits = Pick<UnusualSetting, 'factor' | 'periods'>
const ONE = 10_000
const MOST_TIMES = 100
const MOST_PERIODS = 24

/** When usage waits for review, as a person types it. */
export interface UnusualFields { factor: string; periods: string }

export const unusualFields = (s: Limits): UnusualFields => ({ factor: formatQuantity(s.factor), periods: String(s.periods) })

/** `2.5` → 25000; null for what is no factor above one. */
export function readFactor(text: string): number | null {
  const factor = parseQuantity(text.replace(/倍\s*$/, ''))
  return factor !== null && factor > ONE && factor <= MOST_TIMES * ONE ? factor : null
}

/** `6` → 6; null for what is no number of months to look back. */
export function readPeriods(text: string): number | null {
  const typed = toHalfWidth(text).trim().replace(/\s*期$/, '')
  const periods = /^\d{1,2}$/.test(typed) ? Number(typed) : 0
  return periods >= 1 && periods <= MOST_PERIODS ? periods : null
}

/** What the fields say together; null while one of them says nothing. */
export function readUnusual(form: UnusualFields): Limits | null {
  const factor = readFactor(form.factor)
  const periods = readPeriods(form.periods)
  return factor === null || periods === null ? null : { factor, periods }
}

/** What ten of usage a month may become without waiting, as words. */
export const limitOfTen = (factor: number): string => formatQuantity(factor * 10)
