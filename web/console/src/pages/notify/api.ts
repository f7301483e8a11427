import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { paths } from '@/api/schema'

type Body<P extends keyof paths> = paths[P] extends { get: { responses: { 200: { content: { 'application/json': infer T } } } } } ? T : never
export type Message = Body<'/api/v1/projects/{project}/messages'>['items'][number]
export type Account = Body<'/api/v1/projects/{project}/notify/accounts'>['items'][number]
export type Template = Body<'/api/v1/projects/{project}/notify/templates'>['items'][number]
export type Setting = Body<'/api/v1/projects/{project}/notify/setting'>
export type Schedule = Body<'/api/v1/projects/{project}/dunning/schedule'>
export type Channel = Message['channel']
export type Inbox = NonNullable<Schedule['inbox']>
export type Carrier = Account['carrier']
export interface MessageFilter { state?: Message['state']; kind?: Message['kind']; channel?: Channel; q?: string; cursor?: string; limit?: number }
export interface AccountInput { host?: string; app?: string; login?: string; secret?: string; sender: string; active: boolean; version: number }
export interface TemplateInput { subject?: string; body: string; code?: string; code_tencent?: string; version: number }

export const readMessages = (project: string, query: MessageFilter) => must(api.GET('/api/v1/projects/{project}/messages', { params: { path: { project }, query } }))
export const readMessage = (project: string, message: string) => must(api.GET('/api/v1/projects/{project}/messages/{message}', { params: { path: { project, message } } }))
export const resendMessage = (project: string, message: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/messages/{message}/resend', { params: { path: { project, message } }, headers: withKey(key) }))
export const sendOnward = (project: string, message: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/messages/{message}/onward', { params: { path: { project, message } }, headers: withKey(key) }))
export const readAccounts = (project: string) => must(api.GET('/api/v1/projects/{project}/notify/accounts', { params: { path: { project } } }))
export const putAccount = (project: string, carrier: Carrier, body: AccountInput, key: string) =>
  must(api.PUT('/api/v1/projects/{project}/notify/accounts/{carrier}', { params: { path: { project, carrier } }, body, headers: withKey(key) }))
export const tryAccount = (project: string, carrier: Carrier, to: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/notify/accounts/{carrier}/tries', { params: { path: { project, carrier } }, body: { to }, headers: withKey(key) }))
export const readNotifySetting = (project: string) => must(api.GET('/api/v1/projects/{project}/notify/setting', { params: { path: { project } } }))
export const putNotifySetting = (project: string, body: Setting, key: string) =>
  must(api.PUT('/api/v1/projects/{project}/notify/setting', { params: { path: { project } }, body, headers: withKey(key) }))
export const readSchedule = (project: string) => must(api.GET('/api/v1/projects/{project}/dunning/schedule', { params: { path: { project } } }))
export const putSchedule = (project: string, body: Schedule, key: string) =>
  must(api.PUT('/api/v1/projects/{project}/dunning/schedule', { params: { path: { project } }, body, headers: withKey(key) }))
export const readTemplates = (project: string) => must(api.GET('/api/v1/projects/{project}/notify/templates', { params: { path: { project } } }))
type Kind = Template['kind']
export const putTemplate = (project: string, kind: Kind, channel: Channel, body: TemplateInput, key: string) =>
  must(api.PUT('/api/v1/projects/{project}/notify/templates/{kind}/{channel}', { params: { path: { project, kind, channel } }, body, headers: withKey(key) }))
export const previewTemplate = (project: string, kind: Kind, channel: Channel, body: TemplateInput, key: string) =>
  must(api.POST('/api/v1/projects/{project}/notify/templates/{kind}/{channel}/preview', { params: { path: { project, kind, channel } }, body, headers: withKey(key) }))
