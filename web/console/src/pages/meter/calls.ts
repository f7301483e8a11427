import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { operations } from '@/api/schema'

const P = '/api/v1/projects/{project}' as const
type Sent<K extends keyof operations> = operations[K] extends { requestBody: { content: { 'application/json': infer B } } } ? B : never
type Answer<K extends keyof operations> = operations[K] extends { responses: { 200: { content: { 'application/json': infer B } } } } ? B : never

export type Sheet = Answer<'list-reading-sheet'>
export type SheetRow = Sheet['items'][number]
export type SheetQuery = NonNullable<operations['list-reading-sheet']['parameters']['query']>
export type Kind = NonNullable<SheetQuery['kind']>
export type Reading = Answer<'confirm-reading'>
export type Record_ = Sent<'record-reading'>
export type SharedCost = Answer<'list-shared-costs'>['items'][number]
export type SharedFields = Sent<'create-shared-cost'>
export type SharedPart = Answer<'list-shared-parts'>['items'][number]

export const readSheet = (project: string, query: SheetQuery) => must(api.GET(`${P}/reading-sheet`, { params: { path: { project }, query } }))
export const recordReading = (project: string, body: Record_, key: string) =>
  must(api.POST(`${P}/readings`, { params: { path: { project } }, body, headers: withKey(key) }))
export const confirmReading = (project: string, reading: string, note: string, key: string) =>
  must(api.POST(`${P}/readings/{reading}/confirm`, { params: { path: { project, reading } }, body: { note }, headers: withKey(key) }))
export const voidReading = (project: string, reading: string, note: string, key: string) =>
  must(api.POST(`${P}/readings/{reading}/void`, { params: { path: { project, reading } }, body: { note }, headers: withKey(key) }))
export const installMeters = (project: string, body: Sent<'install-meters'>, key: string) =>
  must(api.POST(`${P}/meter-batches`, { params: { path: { project } }, body, headers: withKey(key) }))
export const installMeter = (project: string, body: Sent<'install-meter'>, key: string) =>
  must(api.POST(`${P}/meters`, { params: { path: { project } }, body, headers: withKey(key) }))

export const readShared = (project: string, cursor: string, limit: number) =>
  must(api.GET(`${P}/shared-costs`, { params: { path: { project }, query: { cursor, limit } } }))
export const readSharedParts = (project: string, shared: string, cursor: string) =>
  must(api.GET(`${P}/shared-costs/{shared}/parts`, { params: { path: { project, shared }, query: { cursor, limit: 200 } } }))
export const createShared = (project: string, body: SharedFields, key: string) =>
  must(api.POST(`${P}/shared-costs`, { params: { path: { project } }, body, headers: withKey(key) }))
export const releaseShared = (project: string, shared: string, version: number, key: string) =>
  must(api.POST(`${P}/shared-costs/{shared}/release`, { params: { path: { project, shared } }, body: { version }, headers: withKey(key) }))
export const withdrawShared = (project: string, shared: string, body: { reason: string; version: number }, key: string) =>
  must(api.POST(`${P}/shared-costs/{shared}/withdraw`, { params: { path: { project, shared } }, body, headers: withKey(key) }))
