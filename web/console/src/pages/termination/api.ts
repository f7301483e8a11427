import { api } from '@/api/api'
import { apiFetch, must, withKey } from '@/api/client'
import type { operations } from '@/api/schema'

type Sent<K extends keyof operations> = operations[K] extends { requestBody: { content: { 'application/json': infer B } } } ? B : never
const P = '/api/v1/projects/{project}' as const

export type Termination = operations['termination-list']['responses'][200]['content']['application/json']['items'][number]
export type PaidPeriod = operations['paid-periods']['responses'][200]['content']['application/json']['items'][number]
export type TerminationInput = Sent<'termination-ask'>
export type Policy = TerminationInput['policy']

export const readTerminations = (project: string, query: { state?: 'asked' | 'approved' | 'done'; room_id?: string; cursor?: string; limit?: number }) =>
  must(api.GET(`${P}/terminations`, { params: { path: { project }, query } }))
export const readPaidPeriods = (project: string, room: string) => must(api.GET(`${P}/rooms/{room}/paid-periods`, { params: { path: { project, room } } }))
export const readTerminationQuote = (project: string, query: { room_id: string; run_id: string; item_id: string; used: number; policy: Policy }) =>
  must(api.GET(`${P}/termination-quote`, { params: { path: { project }, query } }))
export const askTermination = (project: string, body: TerminationInput, key: string) =>
  must(api.POST(`${P}/terminations`, { params: { path: { project } }, body, headers: withKey(key) }))
export const decideTermination = (project: string, termination: string, body: { approve: boolean; note?: string; version: number }, key: string) =>
  must(api.POST(`${P}/terminations/{termination}/decision`, { params: { path: { project, termination } }, body, headers: withKey(key) }))
export const withdrawTermination = (project: string, termination: string, version: number, key: string) =>
  must(api.POST(`${P}/terminations/{termination}/withdraw`, { params: { path: { project, termination } }, body: { version }, headers: withKey(key) }))
export const renewTermination = (project: string, termination: string, body: { seen_refund: number; version: number }, key: string) =>
  must(api.POST(`${P}/terminations/{termination}/renewal`, { params: { path: { project, termination } }, body, headers: withKey(key) }))

/** The document as a page for A4. */
export async function terminationPaper(project: string, termination: string): Promise<string> {
  const path = `/api/v1/projects/${project}/terminations/${termination}/print`
  return (await apiFetch(new Request(new URL(path, location.origin), { headers: { Accept: 'text/html' } }))).text()
}
