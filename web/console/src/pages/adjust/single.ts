import type { Item } from '@/pages/billing/types'

/** The fee items a person may charge singly: those charged once first; all others only for who may release bills. */
export function singleItems(items: Item[], releases: boolean): Item[] {
  const active = items.filter((i) => i.state === 'active')
  const once = active.filter((i) => i.basis === 'once')
  return releases ? [...once, ...active.filter((i) => i.basis !== 'once')] : once
}
