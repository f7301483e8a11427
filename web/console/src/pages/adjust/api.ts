import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { operations } from '@/api/schema'

type Sent<K extends keyof operations> = operations[K] extends { requestBody: { content: { 'application/json': infer B } } } ? B : never
const P = '/api/v1/projects/{project}' as const

export type Adjustment = operations['adjustment-list']['responses'][200]['content']['application/json']['items'][number]
export type SingleInput = Sent<'single-charge'>
export type RedInput = Sent<'red-charge'>

export const readAdjustments = (project: string, query: { kind?: 'charge' | 'red'; room_id?: string; cursor?: string; limit?: number }) =>
  must(api.GET(`${P}/adjustments`, { params: { path: { project }, query } }))
export const chargeSingle = (project: string, body: SingleInput, key: string) =>
  must(api.POST(`${P}/single-charges`, { params: { path: { project } }, body, headers: withKey(key) }))
export const redCharge = (project: string, charge: string, body: RedInput, key: string) =>
  must(api.POST(`${P}/charges/{charge}/red`, { params: { path: { project, charge } }, body, headers: withKey(key) }))
