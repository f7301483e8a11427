import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { components } from '@/api/schema'

type Found = components['schemas']['EstateHit']
/** A household that was found; `plate` says by which vehicle. */
export type Hit = Omit<Found, 'why'> & { why: Found['why'] | 'plate'; plate?: string }

/** Households by room in any spelling, name, pinyin, phone number or its last four digits. */
export const searchHouseholds = (project: string, q: string, limit: number, signal?: AbortSignal): Promise<{ items: Hit[] }> =>
  must(api.GET('/api/v1/projects/{project}/search', { params: { path: { project }, query: { q, limit } }, signal: signal ?? null }))
/** Vehicles by plate, its beginning or its last characters; a sheet may name no room for one. */
export async function searchPlates(project: string, text: string, limit: number, signal?: AbortSignal) {
  const q = text.replace(/[·\s]/g, '').toUpperCase()
  const { items } = await must(api.GET('/api/v1/projects/{project}/vehicles', { params: { path: { project }, query: { q, limit } }, signal: signal ?? null }))
  return items.filter((v) => v.plate.includes(q))
}
/** The households of vehicles, each once. */
export async function searchByPlate(project: string, text: string, limit: number, signal?: AbortSignal): Promise<Hit[]> {
  const seen = new Set([''])
  return (await searchPlates(project, text, limit, signal)).flatMap((v): Hit[] => {
    if (seen.has(v.room_id)) return []
    seen.add(v.room_id)
    return [{ room_id: v.room_id, label: v.room_label, person_id: `car${v.id}`, name: v.owner, phone_mask: v.phone_mask, part: '', why: 'plate', plate: v.plate }]
  })
}

/** Everything about one household: people, rooms, money, what happened. */
export const readHousehold = (project: string, room: string) =>
  must(api.GET('/api/v1/projects/{project}/households/{room}', { params: { path: { project, room } } }))
export type Household = Awaited<ReturnType<typeof readHousehold>>
export type Person = Household['people'][number]
export type OwedCharge = Household['open'][number]

/** The clear number of a person; the reason is logged and the person can see it. */
export const reveal = (project: string, person: string, field: 'phone' | 'id_number', reason: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/people/{person}/reveal', { params: { path: { project, person } }, body: { field, reason }, headers: withKey(key) }))
