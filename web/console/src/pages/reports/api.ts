import { api } from '@/api/api'
import { must, withKey } from '@/api/client'

export type Period = { from?: string; until?: string; on?: string }
const at = (project: string) => ({ project })

export const readProfit = (project: string, query: Period) => must(api.GET('/api/v1/projects/{project}/reports/profit', { params: { path: at(project), query } }))
export type Profit = Awaited<ReturnType<typeof readProfit>>
export type Line = Profit['incomes'][number]
export const readStanding = (project: string, query: Period) => must(api.GET('/api/v1/projects/{project}/reports/standing', { params: { path: at(project), query } }))
export type Standing = Awaited<ReturnType<typeof readStanding>>
export const readPublic = (project: string, query: Period & { rate: number }) => must(api.GET('/api/v1/projects/{project}/reports/public', { params: { path: at(project), query } }))
export const readProjects = (query: Period) => must(api.GET('/api/v1/reports/projects', { params: { query } }))
export type ProjectRow = Awaited<ReturnType<typeof readProjects>>['items'][number]
export type Group = 'income' | 'cost' | 'result'
export interface PostingFilter { account?: number; group?: Group; kind?: 'receipt'; tax?: string; item_id?: string; no_item?: boolean; from?: string; until?: string; count?: boolean; cursor?: string; limit?: number }
export const readPostings = (project: string, query: PostingFilter) => must(api.GET('/api/v1/projects/{project}/reports/postings', { params: { path: at(project), query } }))
export type Posting = Awaited<ReturnType<typeof readPostings>>['items'][number]
export const readSchemes = (project: string) => must(api.GET('/api/v1/projects/{project}/service-schemes', { params: { path: at(project) } }))
export interface SchemeInput { from: string; kind: 'lump' | 'commission'; rate?: number; monthly?: number; opening?: number; source?: string; version?: number }
export const putScheme = (project: string, body: SchemeInput, key: string) =>
  must(api.PUT('/api/v1/projects/{project}/service-schemes', { params: { path: at(project) }, body, headers: withKey(key) }))
export const readMonths = (project: string) => must(api.GET('/api/v1/projects/{project}/book-months', { params: { path: at(project) } }))
export type BookMonth = Awaited<ReturnType<typeof readMonths>>['items'][number]
export const closeMonth = (project: string, month: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/book-months', { params: { path: at(project) }, body: { month }, headers: withKey(key) }))
export const reopenMonth = (project: string, body: { month: string; reason: string }, key: string) =>
  must(api.POST('/api/v1/projects/{project}/book-month-reopenings', { params: { path: at(project) }, body, headers: withKey(key) }))
export const readVouchers = (project: string, query: Period) => must(api.GET('/api/v1/projects/{project}/reports/vouchers', { params: { path: at(project), query } }))
export type Vouchers = Awaited<ReturnType<typeof readVouchers>>
export type VoucherMonth = Vouchers['months'][number]
export type VoucherTax = Vouchers['taxes'][number]
export const readTaxpayers = (project: string) => must(api.GET('/api/v1/projects/{project}/taxpayers', { params: { path: at(project) } }))
export interface TaxpayerInput { from: string; kind: 'together' | 'general' | 'small'; output_code?: string; simple_code?: string; version?: number }
export const putTaxpayer = (project: string, body: TaxpayerInput, key: string) =>
  must(api.PUT('/api/v1/projects/{project}/taxpayers', { params: { path: at(project) }, body, headers: withKey(key) }))
