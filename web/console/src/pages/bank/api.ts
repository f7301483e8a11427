import { api } from '@/api/api'
import { apiFetch, must, withKey } from '@/api/client'

export type BankState = 'open' | 'held' | 'aside' | 'received' | 'returned' | 'cash' | 'settled'
/** What a row can be put down as that no household has paid. */
export type Aside = 'held' | 'aside' | 'cash' | 'settled'
export const readBankRows = (project: string, query: { state?: BankState; row_id?: string; q?: string; from?: string; until?: string; count?: boolean; cursor?: string; limit: number }) =>
  must(api.GET('/api/v1/projects/{project}/bank-rows', { params: { path: { project }, query } }))
export type BankRow = Awaited<ReturnType<typeof readBankRows>>['items'][number]
export interface BankImport { name: string; rows: number; new: number; known: number; out: number; guessed: number }

/** Sends a statement. The body is a form, which the typed client does not write. */
export async function importStatement(project: string, file: File, key: string): Promise<BankImport> {
  const form = new FormData()
  form.append('file', file, file.name)
  const answer = await apiFetch(new Request(new URL(`/api/v1/projects/${project}/bank-imports`, location.origin), { method: 'POST', body: form, headers: withKey(key) }))
  return (await answer.json()) as BankImport
}
export interface Taking { room_id: string; expected_owed: number; confirmed?: boolean }
export const receiveRow = (project: string, bank_row: string, body: Taking, key: string) =>
  must(api.POST('/api/v1/projects/{project}/bank-rows/{bank_row}/receive', { params: { path: { project, bank_row } }, body, headers: withKey(key) }))
export const putAside = (project: string, bank_row: string, state: Aside, note: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/bank-rows/{bank_row}/aside', { params: { path: { project, bank_row } }, body: { state, note }, headers: withKey(key) }))

export const returnRow = (project: string, bank_row: string, on: string, note: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/bank-rows/{bank_row}/return', { params: { path: { project, bank_row } }, body: { on, note }, headers: withKey(key) }))
export const reopenRow = (project: string, bank_row: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/bank-rows/{bank_row}/reopen', { params: { path: { project, bank_row } }, headers: withKey(key) }))
export const readSuspense = (project: string) => must(api.GET('/api/v1/projects/{project}/bank-suspense', { params: { path: { project } } }))

export const readOwed = (project: string, room: string) =>
  must(api.GET('/api/v1/projects/{project}/counter/{room}', { params: { path: { project, room } } }))
export const findRooms = (project: string, q: string) =>
  must(api.GET('/api/v1/projects/{project}/rooms', { params: { path: { project }, query: { q, limit: 20 } } }))
