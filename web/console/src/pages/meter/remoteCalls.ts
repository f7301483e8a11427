import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { operations } from '@/api/schema'

const P = '/api/v1/projects/{project}' as const
type Sent<K extends keyof operations> = operations[K] extends { requestBody: { content: { 'application/json': infer B } } } ? B : never
type Answer<K extends keyof operations> = operations[K] extends { responses: { 200: { content: { 'application/json': infer B } } } } ? B : never

export type Platform = Answer<'read-meter-platform'>
export type PlatformBody = Sent<'put-meter-platform'>
export type TrialBody = Sent<'try-meter-platform'>
export type Trial = Answer<'try-meter-platform'>
export type RefusedSignal = Answer<'list-refused-signals'>['items'][number]
export type UnknownMeter = Answer<'list-unknown-meters'>['items'][number]
export type OfferQuery = NonNullable<operations['list-remote-readings']['parameters']['query']>
export type Offer = Answer<'list-remote-readings'>['items'][number]
export type TakeBody = Sent<'take-remote-readings'>

const at = (project: string) => ({ path: { project } })
export const readPlatform = (project: string) => must(api.GET(`${P}/meter-platform`, { params: at(project) }))
export const putPlatform = (project: string, body: PlatformBody, key: string) => must(api.PUT(`${P}/meter-platform`, { params: at(project), body, headers: withKey(key) }))
export const tryPlatform = (project: string, body: TrialBody, key: string) =>
  must(api.POST(`${P}/meter-platform-trials`, { params: at(project), body, headers: withKey(key) }))
export const readRefused = (project: string) => must(api.GET(`${P}/refused-signals`, { params: at(project) }))
export const readUnknown = (project: string) => must(api.GET(`${P}/unknown-meters`, { params: at(project) }))
export const readMissed = (project: string) => must(api.GET(`${P}/missed-meters`, { params: at(project) }))
export const readOffers = (project: string, query: OfferQuery) => must(api.GET(`${P}/remote-readings`, { params: { ...at(project), query } }))
export const takeOffers = (project: string, body: TakeBody, key: string) =>
  must(api.POST(`${P}/remote-readings`, { params: at(project), body, headers: withKey(key) }))
