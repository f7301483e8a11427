import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { operations } from '@/api/schema'

type Sent<K extends keyof operations> = operations[K] extends { requestBody: { content: { 'application/json': infer B } } } ? B : never
const P = '/api/v1/projects/{project}' as const

export type Amendment = operations['amendment-list']['responses'][200]['content']['application/json']['items'][number]
export type Amendable = operations['amendable-room']['responses'][200]['content']['application/json']['items'][number]
export type AmendableRoom = operations['amendable-rooms']['responses'][200]['content']['application/json']['items'][number]
export type AmendInput = Sent<'amendment-make'>
export type Batch = operations['amendment-batch-list']['responses'][200]['content']['application/json']['items'][number]
export type BatchRoom = Batch['room_list'][number]
export type BatchInput = Sent<'amendment-batch-make'>
export interface Months { from_month?: string; until_month?: string }

export const readAmendments = (project: string, query: { room_id?: string; cursor?: string; limit?: number }) =>
  must(api.GET(`${P}/amendments`, { params: { path: { project }, query } }))
export const readAmendment = (project: string, amendment: string) => must(api.GET(`${P}/amendments/{amendment}`, { params: { path: { project, amendment } } }))
export const readAmendableRooms = (project: string, query: Months) => must(api.GET(`${P}/amendable-rooms`, { params: { path: { project }, query } }))
export const readAmendable = (project: string, room: string, query: Months) =>
  must(api.GET(`${P}/rooms/{room}/amendable`, { params: { path: { project, room }, query } }))
export const makeAmendment = (project: string, body: AmendInput, key: string) =>
  must(api.POST(`${P}/amendments`, { params: { path: { project } }, body, headers: withKey(key) }))
export const voidAmendment = (project: string, amendment: string, body: { reason: string; version: number }, key: string) =>
  must(api.POST(`${P}/amendments/{amendment}/void`, { params: { path: { project, amendment } }, body, headers: withKey(key) }))

export const batchWorks = (state: Batch['state'] | undefined) => state === 'making' || state === 'voiding'
export const readBatches = (project: string, query: { cursor?: string; limit?: number }) => must(api.GET(`${P}/amendment-batches`, { params: { path: { project }, query } }))
export const readBatch = (project: string, batch: string) => must(api.GET(`${P}/amendment-batches/{amendment_batch}`, { params: { path: { project, amendment_batch: batch } } }))
export const makeAmendments = (project: string, body: BatchInput, key: string) =>
  must(api.POST(`${P}/amendment-batches`, { params: { path: { project } }, body, headers: withKey(key) }))
export const voidBatch = (project: string, batch: string, body: { reason: string; version: number }, key: string) =>
  must(api.POST(`${P}/amendment-batches/{amendment_batch}/void`, { params: { path: { project, amendment_batch: batch } }, body, headers: withKey(key) }))
