import { api } from '@/api/api'
import { must } from '@/api/client'

/** Every room of a building by floor, with its state and what it owes. */
export const readRoomStates = (project: string, building: string) =>
  must(api.GET('/api/v1/projects/{project}/buildings/{building}/room-states', { params: { path: { project, building } } }))
export type RoomStates = Awaited<ReturnType<typeof readRoomStates>>
export type RoomState = RoomStates['floors'][number]['rooms'][number]

export const readBuildings = (project: string) => must(api.GET('/api/v1/projects/{project}/buildings', { params: { path: { project } } }))
