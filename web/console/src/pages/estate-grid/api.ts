import { api } from '@/api/api'
import { must } from '@/api/client'

const plan = (project: string, building: string) => must(api.GET('/api/v1/projects/{project}/buildings/{building}/room-states', { params: { path: { project, building } } }))
type Plan = Awaited<ReturnType<typeof plan>>
type Sent = Plan['floors'][number]['rooms'][number]

/** A room of the plan with what goes without saying filled in. */
export interface RoomState extends Omit<Sent, 'unit_id' | 'label' | 'standing' | 'owed' | 'months_late'> {
  unit_id: string
  label: string
  standing: string
  owed: number
  months_late: number
}
export interface RoomStates extends Omit<Plan, 'floors'> { floors: { floor: number; rooms: RoomState[] }[] }

/** The plan as it is sent leaves out labels that follow from their place, rooms that owe nothing, and empty units. */
export function whole(sent: Plan): RoomStates {
  const units = new Map(sent.units.map((u) => [u.id, u.name]))
  const room = (r: Sent): RoomState => ({
    ...r, unit_id: r.unit_id ?? '', label: r.label ?? `${sent.building_name}${units.get(r.unit_id ?? '') ?? ''}${r.name}`,
    standing: r.standing ?? (sent.money ? 'paid' : ''), owed: r.owed ?? 0, months_late: r.months_late ?? 0,
  })
  return { ...sent, floors: sent.floors.map((f) => ({ floor: f.floor, rooms: f.rooms.map(room) })) }
}

/** Every room of a building by floor, with its state and what it owes. */
export const readRoomStates = async (project: string, building: string): Promise<RoomStates> => whole(await plan(project, building))
/** What the card of one room says beyond the plan. */
export const readRoomCard = (project: string, room: string) => must(api.GET('/api/v1/projects/{project}/rooms/{room}/card', { params: { path: { project, room } } }))
export const readBuildings = (project: string) => must(api.GET('/api/v1/projects/{project}/buildings', { params: { path: { project } } }))
