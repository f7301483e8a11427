import { api } from '@/api/api'
import { apiFetch, must, withKey } from '@/api/client'
import type { operations } from '@/api/schema'
import { send } from '@/pages/import/calls'
import type { ImportCalls } from '@/pages/import/useImport'

const P = '/api/v1/projects/{project}' as const
type Sent<K extends keyof operations> = operations[K] extends { requestBody: { content: { 'application/json': infer B } } } ? B : never
type Answer<K extends keyof operations> = operations[K] extends { responses: { 200: { content: { 'application/json': infer B } } } } ? B : never

export type Sheet = Answer<'list-reading-sheet'>
export type SheetRow = Sheet['items'][number]
export type SheetQuery = NonNullable<operations['list-reading-sheet']['parameters']['query']>
export type Kind = NonNullable<SheetQuery['kind']>
export type Reading = Answer<'confirm-reading'>
export type Record_ = Sent<'record-reading'>
export type Meter = SheetRow['meter']
export type History = Answer<'read-meter-history'>
export type Removal = Sent<'remove-meter'>
export type UnusualSetting = Sent<'put-meter-setting'>
export type SharedCost = Answer<'list-shared-costs'>['items'][number]
export type SharedFields = Sent<'create-shared-cost'>
export type Pasted = Answer<'check-shared-weights'>
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
export const amendMeter = (project: string, meter: string, body: Sent<'amend-meter'>, key: string) =>
  must(api.PUT(`${P}/meters/{meter}`, { params: { path: { project, meter } }, body, headers: withKey(key) }))
export const readHistory = (project: string, meter: string) => must(api.GET(`${P}/meters/{meter}/history`, { params: { path: { project, meter } } }))
export const removeMeter = (project: string, meter: string, body: Removal, key: string) =>
  must(api.POST(`${P}/meters/{meter}/remove`, { params: { path: { project, meter } }, body, headers: withKey(key) }))
export const readUnusual = (project: string) => must(api.GET(`${P}/meter-setting`, { params: { path: { project } } }))
export const putUnusual = (project: string, body: UnusualSetting, key: string) =>
  must(api.PUT(`${P}/meter-setting`, { params: { path: { project } }, body, headers: withKey(key) }))
export const photoAddress = (project: string, reading: string): string => `/api/v1/projects/${project}/readings/${reading}/photo`

/** Sends a picture of a dial; the reading that follows carries its number. The body is a form, which the typed client does not write. */
export async function sendPhoto(project: string, photo: Blob): Promise<string> {
  const form = new FormData()
  form.append('file', photo, 'dial.jpg')
  const answer = await apiFetch(new Request(new URL(`/api/v1/projects/${project}/reading-photos`, location.origin), { method: 'POST', body: form }))
  return ((await answer.json()) as Answer<'add-reading-photo'>).photo_id
}

export const readImports = (project: string, limit: number, cursor: string) =>
  must(api.GET(`${P}/reading-imports`, { params: { path: { project }, query: { limit, cursor } } }))
const oneImport = (project: string, id: string) => ({ params: { path: { project, reading_import: id } } })
/** What is asked about a sheet of readings. */
export const sheetCalls: ImportCalls = {
  read: (project, id) => must(api.GET(`${P}/reading-imports/{reading_import}`, oneImport(project, id))),
  apply: (project, id, answers, key) => must(api.POST(`${P}/reading-imports/{reading_import}/apply`, { ...oneImport(project, id), body: answers, headers: withKey(key) })),
  goOn: (project, id, key) => must(api.POST(`${P}/reading-imports/{reading_import}/continue`, { ...oneImport(project, id), headers: withKey(key) })),
  undo: (project, id, key) => must(api.POST(`${P}/reading-imports/{reading_import}/undo`, { ...oneImport(project, id), headers: withKey(key) })),
  send: (project, file, key, before) => send(project, 'reading-imports', file, key, before?.kind.replace('reading_', '') ?? 'water'),
}
export const templateAddress = (project: string, query: { kind: string; month: string; building_id?: string }): string =>
  `/api/v1/projects/${project}/reading-imports/template.xlsx?${new URLSearchParams(query)}`

export const readShared = (project: string, cursor: string, limit: number) =>
  must(api.GET(`${P}/shared-costs`, { params: { path: { project }, query: { cursor, limit } } }))
export const readSharedParts = (project: string, shared: string, cursor: string) =>
  must(api.GET(`${P}/shared-costs/{shared}/parts`, { params: { path: { project, shared }, query: { cursor, limit: 200 } } }))
export const createShared = (project: string, body: SharedFields, key: string) =>
  must(api.POST(`${P}/shared-costs`, { params: { path: { project } }, body, headers: withKey(key) }))
export const checkWeights = (project: string, body: Sent<'check-shared-weights'>) => must(api.POST(`${P}/shared-weight-checks`, { params: { path: { project } }, body }))
export const releaseShared = (project: string, shared: string, version: number, key: string) =>
  must(api.POST(`${P}/shared-costs/{shared}/release`, { params: { path: { project, shared } }, body: { version }, headers: withKey(key) }))
export const withdrawShared = (project: string, shared: string, body: { reason: string; version: number }, key: string) =>
  must(api.POST(`${P}/shared-costs/{shared}/withdraw`, { params: { path: { project, shared } }, body, headers: withKey(key) }))
