import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { Pay } from '@/pages/counter/api'

const at = (project: string) => ({ project })

export interface RefundAsk { kind: 'red' | 'part' | 'prepaid' | 'deposit' | 'candidate'; candidate_id?: string; original?: boolean; receipt_id?: string; room_id?: string; deposit_id?: string; amount?: number; method?: 'cash' | 'card' | 'transfer'; account?: string; reason: string }
export interface RefundFilter { receipt_id?: string; state?: 'asked' | 'approved' | 'sent' | 'failed'; count?: boolean; cursor?: string; limit?: number }

export const readRefunds = (project: string, query: RefundFilter) =>
  must(api.GET('/api/v1/projects/{project}/refunds', { params: { path: at(project), query } }))
export type Refund = Awaited<ReturnType<typeof readRefunds>>['items'][number]
export const askRefund = (project: string, body: RefundAsk, key: string) =>
  must(api.POST('/api/v1/projects/{project}/refunds', { params: { path: at(project) }, body, headers: withKey(key) }))
export const decideRefund = (project: string, refund: string, body: { approve: boolean; note?: string; version: number }, key: string) =>
  must(api.POST('/api/v1/projects/{project}/refunds/{refund}/decision', { params: { path: { ...at(project), refund } }, body, headers: withKey(key) }))
export const withdrawRefund = (project: string, refund: string, version: number, key: string) =>
  must(api.POST('/api/v1/projects/{project}/refunds/{refund}/withdraw', { params: { path: { ...at(project), refund } }, body: { version }, headers: withKey(key) }))
export interface Again { original?: boolean; method?: 'cash' | 'card' | 'transfer'; account?: string; version: number }
export const askRefundAgain = (project: string, refund: string, body: Again, key: string) =>
  must(api.POST('/api/v1/projects/{project}/refunds/{refund}/again', { params: { path: { ...at(project), refund } }, body, headers: withKey(key) }))
export const payRefund = (project: string, refund: string, version: number, key: string) =>
  must(api.POST('/api/v1/projects/{project}/refunds/{refund}/pay', { params: { path: { ...at(project), refund } }, body: { version }, headers: withKey(key) }))

export type DepositKind = 'renovation' | 'keys' | 'lease' | 'other'
export interface DepositFilter { held?: boolean; q?: string; count?: boolean; cursor?: string; limit?: number }
export const readDeposits = (project: string, query: DepositFilter) =>
  must(api.GET('/api/v1/projects/{project}/deposits', { params: { path: at(project), query } }))
export type Deposit = Awaited<ReturnType<typeof readDeposits>>['items'][number]
export const readDepositSums = (project: string) => must(api.GET('/api/v1/projects/{project}/deposit-sums', { params: { path: at(project) } }))
export const readDeposit = (project: string, deposit: string) =>
  must(api.GET('/api/v1/projects/{project}/deposits/{deposit}', { params: { path: { ...at(project), deposit } } }))
export interface DepositTaking { kind: DepositKind; room_id: string; pays: Pay[]; confirmed?: boolean; note?: string }
export const takeDeposit = (project: string, body: DepositTaking, key: string) =>
  must(api.POST('/api/v1/projects/{project}/deposits', { params: { path: at(project) }, body, headers: withKey(key) }))
export const deductDeposit = (project: string, deposit: string, body: { amount?: number; reason: string; version: number }, key: string) =>
  must(api.POST('/api/v1/projects/{project}/deposits/{deposit}/deductions', { params: { path: { ...at(project), deposit } }, body, headers: withKey(key) }))
export const moveDeposit = (project: string, deposit: string, body: { room_id: string; reason: string; version: number }, key: string) =>
  must(api.POST('/api/v1/projects/{project}/deposits/{deposit}/move', { params: { path: { ...at(project), deposit } }, body, headers: withKey(key) }))
