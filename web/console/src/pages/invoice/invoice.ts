import { invoiceTexts as t } from '@/texts/invoice'
import type { Invoice, Offer, OfferReceipt } from './api'

export const tones = { asked: 'due', issuing: 'info', issued: 'paid', failed: 'overdue', cancelled: 'draft', reversed: 'draft' } as const

/** 普票, 专票, and 红字 before it. */
export const kindOf = (v: Invoice) => (v.kind === 'red' ? `${t.kinds.red}${v.special ? t.kinds.special : t.kinds.normal}` : v.special ? t.kinds.special : t.kinds.normal)
export const itemsOf = (v: Invoice) => v.lines.map((l) => l.name).join('、')
export const receiptsOf = (v: Invoice) => v.receipts.map((r) => r.receipt_number).join('、')

/** What the chosen receipts of an offer come to, and what stands against asking. */
export function chosenOf(offer: Offer | undefined, ids: string[]): { receipts: OfferReceipt[]; sum: number; lease: boolean; untaxed: boolean } {
  const receipts = (offer?.receipts ?? []).filter((r) => ids.includes(r.receipt_id))
  const lines = receipts.flatMap((r) => r.lines)
  return { receipts, sum: receipts.reduce((n, r) => n + r.left, 0), lease: lines.some((l) => l.lease), untaxed: lines.some((l) => !l.taxed) }
}

/** A tax number as people type it: blanks out, capitals. */
export const cleanTaxNo = (text: string) => text.replace(/\s+/g, '').toUpperCase()
