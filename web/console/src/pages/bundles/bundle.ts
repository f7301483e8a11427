import type { Item } from '@/pages/billing/types'
import { parseQuantity, quantityText } from '@/pages/billing/rule'
import { bundleFormTexts as t } from '@/texts/bundle'
import type { Bundle, BundleInput } from './api'

/** What stands in the form of a bundle. */
export interface PartDraft { item: string; quantity: string; amount: number | null }
export interface BundleDraft { name: string; note: string; parts: PartDraft[] }

const fresh = (): PartDraft => ({ item: '', quantity: '', amount: null })

export const bundleDraft = (b?: Bundle): BundleDraft => ({
  name: b?.name ?? '', note: b?.note ?? '',
  parts: b?.parts.map((p) => ({ item: p.item_id, quantity: p.quantity ? quantityText(p.quantity) : '', amount: p.amount ?? null })) ?? [fresh()],
})
export const withPart = (d: BundleDraft): BundleDraft => ({ ...d, parts: [...d.parts, fresh()] })
export const withoutPart = (d: BundleDraft, n: number): BundleDraft => ({ ...d, parts: d.parts.length > 1 ? d.parts.filter((_, k) => k !== n) : [fresh()] })

/** Items that may stand in a bundle: those in use whose amount does not come from shared costs or from what a case has cost. */
export const bundleItems = (list: Item[]): Item[] => list.filter((i) => i.state === 'active' && i.basis !== 'shared' && i.basis !== 'costs')

type Basis = (item: string) => Item['basis'] | undefined

/** What is wrong with each part; a part without an item is not sent. */
export function partFault(p: PartDraft, basis: Basis): string | null {
  if (basis(p.item) === 'quantity' && !parseQuantity(p.quantity)) return t.faults.quantity
  return basis(p.item) === 'once' && !p.amount ? t.faults.amount : null
}

export function bundleFaults(d: BundleDraft, basis: Basis): { name: string | null; parts: string | null } {
  const given = d.parts.filter((p) => p.item)
  return { name: d.name.trim() ? null : t.faults.name, parts: given.length ? given.map((p) => partFault(p, basis)).find(Boolean) ?? null : t.faults.parts }
}

export function bundleBody(d: BundleDraft, basis: Basis): BundleInput {
  const parts = d.parts.filter((p) => p.item).map((p) => {
    const part: BundleInput['parts'][number] = { item_id: p.item }
    const quantity = parseQuantity(p.quantity)
    if (basis(p.item) === 'quantity' && quantity) part.quantity = quantity
    if (basis(p.item) === 'once' && p.amount) part.amount = p.amount
    return part
  })
  return { name: d.name.trim(), parts, ...(d.note.trim() ? { note: d.note.trim() } : {}) }
}

/** The whole bundle again with another state. */
export const sameBundle = (b: Bundle): BundleInput => ({
  name: b.name, ...(b.note ? { note: b.note } : {}),
  parts: b.parts.map((p) => ({ item_id: p.item_id, ...(p.quantity ? { quantity: p.quantity } : {}), ...(p.amount ? { amount: p.amount } : {}) })),
})
