import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { paths } from '@/api/schema'

type Body<P extends keyof paths, M extends 'get'> = paths[P][M] extends { responses: { 200: { content: { 'application/json': infer T } } } } ? T : never
export type ArrearsList = Body<'/api/v1/projects/{project}/dunning/arrears', 'get'>
export type Arrears = ArrearsList['items'][number]
export type Setting = Body<'/api/v1/projects/{project}/dunning/setting', 'get'>

export const readArrears = (project: string, query: { cursor?: string; limit?: number }) =>
  must(api.GET('/api/v1/projects/{project}/dunning/arrears', { params: { path: { project }, query } }))
export const readSetting = (project: string) => must(api.GET('/api/v1/projects/{project}/dunning/setting', { params: { path: { project } } }))
export const putSetting = (project: string, body: Setting, key: string) =>
  must(api.PUT('/api/v1/projects/{project}/dunning/setting', { params: { path: { project } }, body, headers: withKey(key) }))
export const issueLetters = (project: string, rooms: string[], kind: 'remind' | 'demand', key: string) =>
  must(api.POST('/api/v1/projects/{project}/dunning/letters', { params: { path: { project } }, body: { room_ids: rooms, kind }, headers: withKey(key) }))
export const printLetters = (project: string, letters: string[], key: string) =>
  must(api.POST('/api/v1/projects/{project}/dunning/prints', { params: { path: { project } }, body: { letter_ids: letters }, headers: withKey(key) }))
