/** The last day of a month `YYYY-MM`. */
export function lastDay(month: string): string {
  const [y, m] = month.split('-').map(Number) as [number, number]
  return `${month}-${String(new Date(Date.UTC(y, m, 0)).getUTCDate()).padStart(2, '0')}`
}
/** 8974 of ten thousand as 89.74%. */
export const percent = (rate: number): string => `${Math.trunc(rate / 100)}.${String(rate % 100).padStart(2, '0')}%`
/** Days of the bucket of an ageing, as the list of charges asks for them; an open end is left out. */
export interface Age { due_from: string; due_until: string }
export const ageQuery = (a: Age): Record<string, string> => ({ state: 'open', ...(a.due_from ? { due_from: a.due_from } : {}), ...(a.due_until ? { due_until: a.due_until } : {}) })
/** The charges a rate is about: of the period, of the months before it, of both. */
export function rateQuery(key: 'current' | 'arrears' | 'whole', from: string, until: string): Record<string, string> {
  if (key === 'arrears') return { until: monthBefore(from), state: 'open' }
  return { ...(key === 'current' ? { month: from } : {}), ...(key === 'current' && from === until ? {} : { until }) }
}
export function monthBefore(month: string): string {
  const [y, m] = month.split('-').map(Number) as [number, number]
  return m === 1 ? `${y - 1}-12` : `${y}-${String(m - 1).padStart(2, '0')}`
}
/** What the list of postings shows: the days of some months, up to the day that is seen. */
export const days = (months: string[], on: string): { from: string; until: string } => ({ from: `${months[0]}-01`, until: earlier(lastDay(months.at(-1)!), on) })
/** The months by commission, none when they do not follow each other: then no one list comes to their sum. */
export function inTrust(months: string[], hows: string[]): string[] {
  const first = hows.findIndex((h) => h !== '')
  const last = hows.findLastIndex((h) => h !== '')
  return first >= 0 && hows.slice(first, last + 1).every((h) => h !== '') ? months.slice(first, last + 1) : []
}
export const earlier = (a: string, b: string): string => (a < b ? a : b)
/** What was typed as percent, 12.5, in parts of ten thousand; null when it is none above 0 and up to 100 with two places. */
export function rateOf(text: string): number | null {
  const found = /^(\d{1,3})(?:[.。](\d{1,2}))?$/.exec(text.trim().replace(/[%％]$/, ''))
  const rate = found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : 0
  return rate > 0 && rate <= 10000 ? rate : null
}
/** Whether a text is a code of an account as accounting packages write it: 22210105, 2221.01.05. */
export const accountCode = (text: string): boolean => /^\d[\d.-]{0,19}$/.test(text.trim())
