import { api } from '@/api/api'
import { apiFetch, must, withKey } from '@/api/client'
import { sumFen } from '@/lib/money'
import type { OpenCharge, Seat } from '@/pages/counter/api'

const at = (project: string) => ({ project })

export interface SettleFilter { state?: 'asked' | 'approved' | 'done'; deposit_id?: string; cursor?: string; limit?: number }
export const readSettlements = (project: string, query: SettleFilter) =>
  must(api.GET('/api/v1/projects/{project}/deposit-settlements', { params: { path: at(project), query } }))
export type Settlement = Awaited<ReturnType<typeof readSettlements>>['items'][number]
export interface SettleAsk {
  deposit_id: string
  charge_ids: string[]
  late_charge_ids: string[]
  settle: number
  rest?: number
  method?: 'cash' | 'card' | 'transfer'
  account?: string
  reason: string
  agreed: boolean
  consent?: string
}
export const askSettlement = (project: string, body: SettleAsk, key: string) =>
  must(api.POST('/api/v1/projects/{project}/deposit-settlements', { params: { path: at(project) }, body, headers: withKey(key) }))
export const decideSettlement = (project: string, settlement: string, body: { approve: boolean; note?: string; version: number }, key: string) =>
  must(api.POST('/api/v1/projects/{project}/deposit-settlements/{settlement}/decision', { params: { path: { ...at(project), settlement } }, body, headers: withKey(key) }))
export const withdrawSettlement = (project: string, settlement: string, version: number, key: string) =>
  must(api.POST('/api/v1/projects/{project}/deposit-settlements/{settlement}/withdraw', { params: { path: { ...at(project), settlement } }, body: { version }, headers: withKey(key) }))
export const renewSettlement = (project: string, settlement: string, version: number, key: string) =>
  must(api.POST('/api/v1/projects/{project}/deposit-settlements/{settlement}/renewal', { params: { path: { ...at(project), settlement } }, body: { version }, headers: withKey(key) }))
export const paySettlement = (project: string, settlement: string, version: number, key: string) =>
  must(api.POST('/api/v1/projects/{project}/deposit-settlements/{settlement}/pay', { params: { path: { ...at(project), settlement } }, body: { version }, headers: withKey(key) }))

/** The document as a page for A4. */
export async function settlementPaper(project: string, settlement: string): Promise<string> {
  const path = `/api/v1/projects/${project}/deposit-settlements/${settlement}/print`
  return (await apiFetch(new Request(new URL(path, location.origin), { headers: { Accept: 'text/html' } }))).text()
}

/** One debt that a deposit may pay; of a late fee `charge` is the one that is late. */
export interface Debt { key: string; charge: string; late: boolean; name: string; month: string; room: string; who: string; left: number }

const debt = (c: OpenCharge, who: string): Debt => ({ key: c.charge_id, charge: c.charge_id, late: false, name: c.item_name, month: c.month, room: c.room_label, who, left: c.left })

/** What the household owes, as the form lists it: costs, late fees before what they are of, then what people who moved out left. */
export function debtsOf(seat: Seat): Debt[] {
  const out: Debt[] = []
  for (const c of seat.charges) if (c.costs) out.push(debt(c, ''))
  for (const l of seat.late_fees) out.push({ key: `l${l.charge_id}`, charge: l.charge_id, late: true, name: `${l.item_name}违约金`, month: l.month, room: l.room_label, who: '', left: l.left })
  for (const c of seat.charges) if (!c.costs) out.push(debt(c, ''))
  for (const f of seat.former) for (const c of f.charges) out.push(debt(c, f.payer_name))
  return out
}

/** What is ticked at first: all the household's own, and what the owner of the deposit left owing. */
export const tickedAtFirst = (debts: Debt[], person: string): string[] => debts.filter((d) => d.who === '' || d.who === person).map((d) => d.key)

/** How a deposit is split: to the debts that are ticked, and what goes out. */
export function splitOf(held: number, debts: Debt[], ticked: readonly string[]): { owed: number; settle: number; most: number } {
  const owed = sumFen(debts.filter((d) => ticked.includes(d.key)).map((d) => d.left))
  const settle = Math.min(owed, held)
  return { owed, settle, most: held - settle }
}
