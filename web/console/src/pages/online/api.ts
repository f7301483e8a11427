import { api } from '@/api/api'
import { must, withKey } from '@/api/client'

export const readMerchants = (project: string) => must(api.GET('/api/v1/projects/{project}/merchants', { params: { path: { project } } }))
export type Merchant = Awaited<ReturnType<typeof readMerchants>>['items'][number]
export type Product = Merchant['products'][number]
export interface WechatForm {
  id?: string; name: string; mode: 'public_key' | 'certificate'; number: string; sub_number: string; app: string; sub_app: string; serial: string; platform_serial: string; platform_key: string
  private_key?: string; api_key?: string; app_secret?: string; rate: number; products: Product[]; active: boolean; version: number
}
const at = (project: string) => ({ params: { path: { project } } })
/** Changes a merchant; the one that is not known yet becomes the first, or with `more` one beside it. */
export function putWechat(project: string, form: WechatForm, more: boolean) {
  const { id, version, ...body } = form
  if (more) return must(api.POST('/api/v1/projects/{project}/merchants/wechat', { ...at(project), body }))
  return must(api.PUT('/api/v1/projects/{project}/merchants/wechat', { ...at(project), body: { ...body, version, ...(id && id !== '0' ? { id } : {}) } }))
}
export interface AlipayForm { id?: string; name: string; number: string; app: string; platform_key: string; private_key?: string; rate: number; products: Product[]; active: boolean; version: number }
export function putAlipay(project: string, form: AlipayForm, more: boolean) {
  const { id, version, ...body } = form
  if (more) return must(api.POST('/api/v1/projects/{project}/merchants/alipay', { ...at(project), body }))
  return must(api.PUT('/api/v1/projects/{project}/merchants/alipay', { ...at(project), body: { ...body, version, ...(id && id !== '0' ? { id } : {}) } }))
}
export const putItems = (project: string, merchant: string, items: string[]) =>
  must(api.PUT('/api/v1/projects/{project}/merchants/{merchant}/items', { params: { path: { project, merchant } }, body: { item_ids: items } }))
export const makeDefault = (project: string, merchant: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/merchants/{merchant}/default', { params: { path: { project, merchant } }, headers: withKey(key) }))

export const readCandidates = (project: string, query: { state?: 'open' | 'done'; cursor?: string; limit: number }) =>
  must(api.GET('/api/v1/projects/{project}/refund-candidates', { params: { path: { project }, query } }))
export type Candidate = Awaited<ReturnType<typeof readCandidates>>['items'][number]
export const handleCandidate = (project: string, candidate: string, note: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/refund-candidates/{candidate}/handle', { params: { path: { project, candidate } }, body: { note }, headers: withKey(key) }))
