import { api } from '@/api/api'
import { must, withKey } from '@/api/client'

const at = (project: string) => ({ project })

/** Everything a household owes and has prepaid, as the counter needs it. */
export const readSeat = (project: string, room: string) =>
  must(api.GET('/api/v1/projects/{project}/counter/{room}', { params: { path: { ...at(project), room } } }))
export type Seat = Awaited<ReturnType<typeof readSeat>>
export type OpenCharge = Seat['charges'][number]
export type SeatRoom = Seat['rooms'][number]

/** How money came over the counter; prepaid money is no choice of its own but lowers what is left to pay. */
export type Method = 'cash' | 'card' | 'transfer' | Online
/** Methods whose money comes by a code that the payer scans. */
export type Online = 'wechat' | 'alipay'
export const isOnline = (m: string): m is Online => m === 'wechat' || m === 'alipay'
/** Methods whose money the clerk enters by hand. */
export type HandMethod = Exclude<Method, Online>
/** What proves a payment that is not cash, as typed. */
export interface Proof { reference: string; terminal: string; last4: string; paid_on: string }
export interface Pay { method: HandMethod | 'prepay'; amount: number; reference?: string; terminal?: string; last4?: string; paid_on?: string }
export interface Taking {
  room_id: string
  charge_ids?: string[]
  late_charge_ids?: string[]
  expected_late?: number
  pays: Pay[]
  tendered?: number
  expected_owed: number
  expected_prepaid?: number
  confirmed?: boolean
  ahead?: { until: string; total: number }
  prepay_item_id?: string
  rounded?: number
}

export const receive = (project: string, body: Taking, key: string) =>
  must(api.POST('/api/v1/projects/{project}/receipts', { params: { path: at(project) }, body, headers: withKey(key) }))

/** Asks a payment channel for an amount; read the order until it is paid or has ended. */
export interface OrderTaking { channel: Online; room_id: string; charge_ids?: string[]; late_charge_ids?: string[]; amount: number; expected_owed: number; expected_late?: number; confirmed?: boolean; merchant_id?: string; payer_code?: string }
/** What of it goes to which merchant: one part is one order. */
export const orderParts = (project: string, body: OrderTaking) => must(api.POST('/api/v1/projects/{project}/orders/parts', { params: { path: at(project) }, body }))
export type OrderPart = Awaited<ReturnType<typeof orderParts>>['items'][number]
export const openOrder = (project: string, body: OrderTaking, key: string) =>
  must(api.POST('/api/v1/projects/{project}/orders', { params: { path: at(project) }, body, headers: withKey(key) }))
export const readOrder = (project: string, order: string) =>
  must(api.GET('/api/v1/projects/{project}/orders/{order}', { params: { path: { ...at(project), order } } }))
export const cancelOrder = (project: string, order: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/orders/{order}/cancel', { params: { path: { ...at(project), order } }, headers: withKey(key) }))
export type Order = Awaited<ReturnType<typeof readOrder>>

/** What the coming months of a room cost: so many from the first that is not charged, or up to a month. */
export const readAhead = (project: string, room: string, ask: { months?: number; until?: string }) =>
  must(api.GET('/api/v1/projects/{project}/counter/{room}/ahead', { params: { path: { ...at(project), room }, query: ask } }))
export type Ahead = Awaited<ReturnType<typeof readAhead>>

export const readSetting = (project: string) => must(api.GET('/api/v1/projects/{project}/counter-setting', { params: { path: at(project) } }))
export type Setting = Awaited<ReturnType<typeof readSetting>>
export const putSetting = (project: string, body: Setting) => must(api.PUT('/api/v1/projects/{project}/counter-setting', { params: { path: at(project) }, body }))

export interface ReceiptFilter {
  q?: string
  from?: string
  until?: string
  state?: 'valid' | 'void' | 'red' | 'reversed'
  mine?: boolean
  cashier_id?: string
  method?: string
  item_id?: string
  shift_id?: string
  room_id?: string
  count?: boolean
  limit?: number
  cursor?: string
}
export const readReceipts = (project: string, query: ReceiptFilter, signal?: AbortSignal) =>
  must(api.GET('/api/v1/projects/{project}/receipts', { params: { path: at(project), query }, signal: signal ?? null }))
export type ReceiptPage = Awaited<ReturnType<typeof readReceipts>>
export type Receipt = ReceiptPage['items'][number]

export const readReceipt = (project: string, receipt: string) =>
  must(api.GET('/api/v1/projects/{project}/receipts/{receipt}', { params: { path: { ...at(project), receipt } } }))

export const voidReceipt = (project: string, receipt: string, reason: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/receipts/{receipt}/void', { params: { path: { ...at(project), receipt } }, body: { reason }, headers: withKey(key) }))

/** Today's takings of the signed-in cashier. */
export const readTakings = (project: string) =>
  must(api.GET('/api/v1/projects/{project}/takings', { params: { path: at(project) } }))

/** How one charge came about. */
export const readExplanation = (project: string, charge: string) =>
  must(api.GET('/api/v1/projects/{project}/charges/{charge}/explanation', { params: { path: { ...at(project), charge } } }))

export type Paper = '80' | 'a4' | '241'
/** The receipt as a page for the paper. It counts as printing, once per key: from the second time on the page says 补打. */
export const printReceipt = (project: string, receipt: string, paper: Paper, key: string) =>
  must(api.POST('/api/v1/projects/{project}/receipts/{receipt}/prints', { params: { path: { ...at(project), receipt } }, body: { paper }, headers: withKey(key) }))
