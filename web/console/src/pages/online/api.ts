import { api } from '@/api/api'
import { must, withKey } from '@/api/client'

export const readMerchants = (project: string) => must(api.GET('/api/v1/projects/{project}/merchants', { params: { path: { project } } }))
export type Merchant = Awaited<ReturnType<typeof readMerchants>>['items'][number]
export interface WechatForm { number: string; app: string; serial: string; platform_serial: string; platform_key: string; private_key?: string; api_key?: string; active: boolean; version: number }
export const putWechat = (project: string, body: WechatForm) => must(api.PUT('/api/v1/projects/{project}/merchants/wechat', { params: { path: { project } }, body }))
export interface AlipayForm { number: string; app: string; platform_key: string; private_key?: string; active: boolean; version: number }
export const putAlipay = (project: string, body: AlipayForm) => must(api.PUT('/api/v1/projects/{project}/merchants/alipay', { params: { path: { project } }, body }))

export const readCandidates = (project: string, query: { state?: 'open' | 'done'; cursor?: string; limit: number }) =>
  must(api.GET('/api/v1/projects/{project}/refund-candidates', { params: { path: { project }, query } }))
export type Candidate = Awaited<ReturnType<typeof readCandidates>>['items'][number]
export const handleCandidate = (project: string, candidate: string, note: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/refund-candidates/{candidate}/handle', { params: { path: { project, candidate } }, body: { note }, headers: withKey(key) }))
