import { api } from '@/api/api'
import { must, withKey } from '@/api/client'

const at = (project: string) => ({ project })
const one = (project: string, invoice: string) => ({ project, invoice })

export type State = 'asked' | 'issuing' | 'issued' | 'failed' | 'cancelled' | 'reversed'
export interface InvoiceFilter { state?: State; q?: string; from?: string; until?: string; receipt_id?: string; room_id?: string }
export const readInvoices = (project: string, query: InvoiceFilter & { count?: boolean; cursor?: string; limit?: number }) =>
  must(api.GET('/api/v1/projects/{project}/invoices', { params: { path: at(project), query } }))
export type Invoice = Awaited<ReturnType<typeof readInvoices>>['items'][number]

/** What a receipt, or the receipts of a room, still have for an invoice. */
export const readOffer = (project: string, query: { receipt_id?: string; room_id?: string }) =>
  must(api.GET('/api/v1/projects/{project}/invoice-offer', { params: { path: at(project), query } }))
export type Offer = Awaited<ReturnType<typeof readOffer>>
export type OfferReceipt = Offer['receipts'][number]
export type Title = Offer['titles'][number]

export interface TitleFields { name: string; company: boolean; tax_no?: string; address?: string; phone?: string; bank?: string; account?: string; preferred?: boolean }
export interface Application { receipt_ids: string[]; title_id?: string; title?: TitleFields; special?: boolean; place?: string; remark?: string; expected: number; issue?: boolean }
export const askInvoice = (project: string, body: Application, key: string) =>
  must(api.POST('/api/v1/projects/{project}/invoices', { params: { path: at(project) }, body, headers: withKey(key) }))
/** The titles of a payer that are in use, the preferred first. */
export const readTitles = (project: string, payer: string) =>
  must(api.GET('/api/v1/projects/{project}/invoice-titles', { params: { path: at(project), query: { payer_id: payer } } }))
export const addTitle = (project: string, payer: string, title: TitleFields, key: string) =>
  must(api.POST('/api/v1/projects/{project}/invoice-titles', { params: { path: at(project) }, body: { payer_id: payer, title }, headers: withKey(key) }))
export const editTitle = (project: string, id: string, body: { title: TitleFields; active: boolean; version: number }, key: string) =>
  must(api.PATCH('/api/v1/projects/{project}/invoice-titles/{title}', { params: { path: { project, title: id } }, body, headers: withKey(key) }))
export const issueInvoices = (project: string, ids: string[], key: string) =>
  must(api.POST('/api/v1/projects/{project}/invoice-batches', { params: { path: at(project) }, body: { ids }, headers: withKey(key) }))
export const cancelInvoice = (project: string, id: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/invoices/{invoice}/cancel', { params: { path: one(project, id) }, headers: withKey(key) }))
export const reverseInvoice = (project: string, id: string, reason: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/invoices/{invoice}/red', { params: { path: one(project, id) }, body: { reason }, headers: withKey(key) }))
export const fileAddress = (project: string, id: string): string => `/api/v1/projects/${project}/invoices/${id}/file`

export const readSeller = (project: string) => must(api.GET('/api/v1/projects/{project}/invoice-seller', { params: { path: at(project) } }))
export type Seller = Awaited<ReturnType<typeof readSeller>>
export interface SellerForm {
  name: string; tax_no: string; address: string; phone: string; bank: string; account: string; small: boolean; drawer: string
  host: string; access_key: string; secret?: string; active: boolean; version: number
}
export const putSeller = (project: string, body: SellerForm) => must(api.PUT('/api/v1/projects/{project}/invoice-seller', { params: { path: at(project) }, body }))
export const readTaxes = (project: string) => must(api.GET('/api/v1/projects/{project}/invoice-taxes', { params: { path: at(project) } }))
export type ItemTax = Awaited<ReturnType<typeof readTaxes>>['items'][number]
export interface TaxForm { from: string; rate: number; simple: boolean; code: string; short: string; lease: boolean }
export const putTax = (project: string, item: string, body: TaxForm) =>
  must(api.PUT('/api/v1/projects/{project}/invoice-taxes/{item}', { params: { path: { project, item } }, body }))
