import type { Bill, Way } from './api'

/** Months go oldest first: taking one takes those before it, leaving one leaves those after it. Answers how many are taken. */
export function toggled(taken: number, at: number): number {
  return at < taken ? at : at + 1
}

/** What the first months cost, in fen. */
export function sumOf(bill: Bill, taken: number): number {
  return bill.months.slice(0, taken).reduce((sum, m) => sum + m.sum, 0)
}

export const chargesOf = (bill: Bill, taken: number): number => bill.months.slice(0, taken).reduce((n, m) => n + m.charges.length, 0)

/** What of the bill is overdue, late fees included, in fen. */
export const overdueOf = (bill: Bill): number => bill.months.flatMap((m) => m.charges).reduce((sum, c) => sum + c.late_fee + (c.days_late > 0 ? c.left : 0), 0)

/** The number that a telephone dials: of several only the first, without an extension. */
export const dialled = (phone: string): string => `tel:${(/^[+(\d][\d ()-]*/.exec(phone.trim())?.[0] ?? '').replace(/[^+\d]/g, '')}`

export interface Part { merchant: string; name: string; sum: number }

/** What of the chosen months goes to which merchant of a channel, in the order of paying; one part is paid at once. */
export function partsOf(bill: Bill, taken: number, way: Way): Part[] {
  const charges = bill.months.slice(0, taken).flatMap((m) => m.charges)
  return way.payees
    .map((p) => ({ merchant: p.merchant_id, name: p.name, sum: charges.filter((c) => p.charge_ids.includes(c.id)).reduce((sum, c) => sum + c.left + c.late_fee, 0) }))
    .filter((p) => p.sum > 0)
}

export type Place = 'phone' | 'wechat' | 'desk'

/** Where the page stands: WeChat's own browser cannot leave for the payment page, and a desk has no WeChat to open. */
export function placeOf(agent: string, coarse: boolean): Place {
  if (/MicroMessenger/i.test(agent)) return 'wechat'
  return coarse || /Mobile|Android|iPhone|iPad/i.test(agent) ? 'phone' : 'desk'
}
