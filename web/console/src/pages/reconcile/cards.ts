import { api } from '@/api/api'
import { apiFetch, must, withKey } from '@/api/client'
import type { Taking } from '@/pages/bank/api'

export const readCardDays = (project: string, query: { state?: 'even' | 'odd'; cursor?: string; limit: number }) =>
  must(api.GET('/api/v1/projects/{project}/card-days', { params: { path: { project }, query } }))
export type CardDay = Awaited<ReturnType<typeof readCardDays>>['items'][number]
export const readCardDay = (project: string, card_day: string) =>
  must(api.GET('/api/v1/projects/{project}/card-days/{card_day}', { params: { path: { project, card_day } } }))
export const matchCardDay = (project: string, card_day: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/card-days/{card_day}/match', { params: { path: { project, card_day } }, headers: withKey(key) }))

export interface CardImport { name: string; rows: number; new: number; known: number; other: number; from: string; until: string; open: number }

/** Sends a file of the acquirer. The body is a form, which the typed client does not write. */
export async function importCards(project: string, file: File, key: string): Promise<CardImport> {
  const form = new FormData()
  form.append('file', file, file.name)
  const answer = await apiFetch(new Request(new URL(`/api/v1/projects/${project}/card-imports`, location.origin), { method: 'POST', body: form, headers: withKey(key) }))
  return (await answer.json()) as CardImport
}

export const readCardDifferences = (project: string, query: { day: string; state: 'open' | 'done' | 'gone'; cursor?: string; limit: number }) =>
  must(api.GET('/api/v1/projects/{project}/card-differences', { params: { path: { project }, query } }))
export type CardDifference = Awaited<ReturnType<typeof readCardDifferences>>['items'][number]
export type CardRemedy = CardDifference['remedies'][number]
export const receiveCard = (project: string, card_difference: string, body: Taking, key: string) =>
  must(api.POST('/api/v1/projects/{project}/card-differences/{card_difference}/receive', { params: { path: { project, card_difference } }, body, headers: withKey(key) }))
export const settleCard = (project: string, card_difference: string, remedy: 'foreign' | 'hold' | 'settled', note: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/card-differences/{card_difference}/settle', { params: { path: { project, card_difference } }, body: { remedy, note }, headers: withKey(key) }))
