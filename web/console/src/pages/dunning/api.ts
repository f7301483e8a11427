import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { paths } from '@/api/schema'

type Body<P extends keyof paths, M extends 'get'> = paths[P][M] extends { responses: { 200: { content: { 'application/json': infer T } } } } ? T : never
export type ArrearsList = Body<'/api/v1/projects/{project}/dunning/arrears', 'get'>
export type Arrears = ArrearsList['items'][number]
export type Setting = Body<'/api/v1/projects/{project}/dunning/setting', 'get'>
export type Letter = Body<'/api/v1/projects/{project}/dunning/letters', 'get'>['items'][number]
export type Contact = Body<'/api/v1/projects/{project}/dunning/rooms/{room}/contacts', 'get'>['items'][number]
export type Waiver = Body<'/api/v1/projects/{project}/waivers', 'get'>['items'][number]
export type LateFee = Body<'/api/v1/projects/{project}/rooms/{room}/late-fees', 'get'>['items'][number]

export interface ContactInput { kind: 'call' | 'visit'; result: 'promised' | 'acknowledged' | 'disputed' | 'hardship' | 'refused' | 'no_answer' | 'wrong'; date?: string; promise_date?: string; promise_amount?: number; note?: string }
export interface DeliveryInput { how: 'signed' | 'adult' | 'left' | 'registered'; date?: string; proof?: string; note?: string }
export interface WaiverInput { kind: 'late' | 'charge'; lines: { charge_id: string; amount?: number }[]; reason: string; proof?: string }

export const readArrears = (project: string, query: { building_id?: string; days_over?: number; count?: boolean; cursor?: string; limit?: number }) =>
  must(api.GET('/api/v1/projects/{project}/dunning/arrears', { params: { path: { project }, query } }))
export const readBuildings = (project: string) => must(api.GET('/api/v1/projects/{project}/buildings', { params: { path: { project } } }))
export const readSetting = (project: string) => must(api.GET('/api/v1/projects/{project}/dunning/setting', { params: { path: { project } } }))
export const putSetting = (project: string, body: Setting, key: string) =>
  must(api.PUT('/api/v1/projects/{project}/dunning/setting', { params: { path: { project } }, body, headers: withKey(key) }))
export const issueLetters = (project: string, rooms: string[], kind: 'remind' | 'demand', key: string) =>
  must(api.POST('/api/v1/projects/{project}/dunning/letters', { params: { path: { project } }, body: { room_ids: rooms, kind }, headers: withKey(key) }))
export const printLetters = (project: string, letters: string[], key: string) =>
  must(api.POST('/api/v1/projects/{project}/dunning/prints', { params: { path: { project } }, body: { letter_ids: letters }, headers: withKey(key) }))
export const readLetters = (project: string, query: { undelivered?: boolean; cursor?: string; limit?: number }) =>
  must(api.GET('/api/v1/projects/{project}/dunning/letters', { params: { path: { project }, query } }))
export const deliverLetter = (project: string, letter: string, body: DeliveryInput, key: string) =>
  must(api.POST('/api/v1/projects/{project}/dunning/letters/{letter}/deliveries', { params: { path: { project, letter } }, body, headers: withKey(key) }))
export const readContacts = (project: string, room: string) =>
  must(api.GET('/api/v1/projects/{project}/dunning/rooms/{room}/contacts', { params: { path: { project, room } } }))
export const recordContact = (project: string, room: string, body: ContactInput, key: string) =>
  must(api.POST('/api/v1/projects/{project}/dunning/rooms/{room}/contacts', { params: { path: { project, room } }, body, headers: withKey(key) }))
export const readWaivers = (project: string, query: { state?: 'asked' | 'approved'; cursor?: string; limit?: number }) =>
  must(api.GET('/api/v1/projects/{project}/waivers', { params: { path: { project }, query } }))
export const readLateFees = (project: string, room: string) =>
  must(api.GET('/api/v1/projects/{project}/rooms/{room}/late-fees', { params: { path: { project, room } } }))
export const askWaivers = (project: string, body: WaiverInput, key: string) =>
  must(api.POST('/api/v1/projects/{project}/waivers', { params: { path: { project } }, body, headers: withKey(key) }))
export const approveWaiver = (project: string, waiver: string, version: number, key: string) =>
  must(api.POST('/api/v1/projects/{project}/waivers/{waiver}/approve', { params: { path: { project, waiver } }, body: { version }, headers: withKey(key) }))
export const refuseWaiver = (project: string, waiver: string, note: string, version: number, key: string) =>
  must(api.POST('/api/v1/projects/{project}/waivers/{waiver}/refuse', { params: { path: { project, waiver } }, body: { note, version }, headers: withKey(key) }))
export const withdrawWaiver = (project: string, waiver: string, version: number, key: string) =>
  must(api.POST('/api/v1/projects/{project}/waivers/{waiver}/withdraw', { params: { path: { project, waiver } }, body: { version }, headers: withKey(key) }))
