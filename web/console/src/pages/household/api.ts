import { api } from '@/api/api'
import { must, withKey } from '@/api/client'

/** Households by room in any spelling, name, pinyin, phone number or its last four digits. */
export const searchHouseholds = (project: string, q: string, limit: number, signal?: AbortSignal) =>
  must(api.GET('/api/v1/projects/{project}/search', { params: { path: { project }, query: { q, limit } }, signal: signal ?? null }))
export type Hit = Awaited<ReturnType<typeof searchHouseholds>>['items'][number]

/** Everything about one household: people, rooms, money, what happened. */
export const readHousehold = (project: string, room: string) =>
  must(api.GET('/api/v1/projects/{project}/households/{room}', { params: { path: { project, room } } }))
export type Household = Awaited<ReturnType<typeof readHousehold>>
export type Person = Household['people'][number]
export type OwedCharge = Household['open'][number]

/** The clear number of a person; the reason is logged and the person can see it. */
export const reveal = (project: string, person: string, field: 'phone' | 'id_number', reason: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/people/{person}/reveal', { params: { path: { project, person } }, body: { field, reason }, headers: withKey(key) }))
