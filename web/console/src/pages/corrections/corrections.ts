import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { operations } from '@/api/schema'
import { roomTexts } from '@/texts/estate'
import { correctionTexts as t } from '@/texts/corrections'

const P = '/api/v1/projects/{project}/corrections' as const
export type CorrectionFields = operations['ask-correction']['requestBody']['content']['application/json']
export type Correction = operations['decide-correction']['responses']['200']['content']['application/json']
export type Field = CorrectionFields['field']
export type State = Correction['state']

export const readCorrections = (project: string, query: { state?: State; cursor?: string; limit?: number }) =>
  must(api.GET(P, { params: { path: { project }, query } }))
export const askCorrection = (project: string, body: CorrectionFields, key: string) =>
  must(api.POST(P, { params: { path: { project } }, body, headers: withKey(key) }))
export const decideCorrection = (project: string, c: Correction, approve: boolean, note: string, key: string) =>
  must(api.POST(`${P}/{correction}/decision`, { params: { path: { project, correction: c.id } }, body: { approve, note, version: c.version }, headers: withKey(key) }))

/** A value as people read it: `rented` is 出租, nothing is 没有登记. */
export function valueWords(field: Field, value: string): string {
  if (value === '') return t.none
  if (field === 'state') return roomTexts.states[value] ?? value
  if (field === 'gender') return t.genders[value] ?? value
  return value
}
