import { api } from '@/api/api'
import { must } from '@/api/client'
import { formatFen } from '@/lib/money'
import { useSession } from '@/stores/session'
import type { SearchHit, SearchSource } from '@/stores/frame'
import { householdPage as t } from '@/texts/household'
import { searchHouseholds, searchPlates } from './api'
import { plateLike } from './plates'

/** Whether somebody types the number of a document: SJ2026-000123. */
export const numberLike = (text: string): boolean => /^[A-Za-z]{1,6}\d{4}-?\d{1,8}$/.test(text)

async function households(query: string, project: string, signal: AbortSignal): Promise<SearchHit[]> {
  const { items } = await searchHouseholds(project, query, 10, signal)
  return items.map((hit): SearchHit => ({
    id: `${hit.person_id}:${hit.room_id}`,
    title: hit.label || hit.name,
    facts: [hit.label ? hit.name : t.noRoom, t.part[hit.part], hit.phone_mask].filter(Boolean).join(' · '),
    icon: hit.room_id ? 'people' : 'person',
    to: hit.room_id ? { name: 'household', params: { project, room: hit.room_id } } : { name: 'households', params: { project }, query: { q: hit.name } },
  }))
}

async function vehicles(query: string, project: string, signal: AbortSignal): Promise<SearchHit[]> {
  return (await searchPlates(project, query, 5, signal)).map((v): SearchHit => ({
    id: `vehicle:${v.id}`,
    title: v.plate,
    facts: [v.room_label, v.owner, v.phone_mask].filter(Boolean).join(' · '),
    icon: 'car',
    to: v.room_id ? { name: 'household', params: { project, room: v.room_id } } : { name: 'vehicles', params: { project }, query: { q: v.plate } },
  }))
}

async function receipts(query: string, project: string, signal: AbortSignal): Promise<SearchHit[]> {
  const { items } = await must(api.GET('/api/v1/projects/{project}/receipts', { params: { path: { project }, query: { q: query.toUpperCase(), limit: 5 } }, signal }))
  return items.map((r): SearchHit => ({
    id: `receipt:${r.id}`,
    title: t.receiptNo(r.number),
    facts: [r.room_label, r.payer_name, formatFen(r.amount)].filter(Boolean).join(' · '),
    icon: 'receipt',
    to: { name: 'receipt', params: { project, receipt: r.id } },
  }))
}

/** What the search box of the frame finds: households, each leading to its page; vehicles by their plate, and receipts by their number. */
export const findAll: SearchSource = async (query, project, signal) => {
  if (numberLike(query) && useSession().canHere('cashier.read')) return receipts(query, project, signal)
  const [cars, homes] = await Promise.all([plateLike(query) ? vehicles(query, project, signal) : [], households(query, project, signal)])
  return [...homes, ...cars]
}
