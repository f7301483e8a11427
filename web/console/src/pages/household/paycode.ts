import { api } from '@/api/api'
import { must, withKey } from '@/api/client'

const at = (project: string, room: string) => ({ params: { path: { project, room } } })

/** The pay code of a room, or that it has none. */
export const readPaycode = (project: string, room: string) => must(api.GET('/api/v1/projects/{project}/rooms/{room}/paycode', at(project, room)))
export type Paycode = Awaited<ReturnType<typeof readPaycode>>

/** A new code; the one before ends. */
export const issuePaycode = (project: string, room: string, key: string) => must(api.POST('/api/v1/projects/{project}/rooms/{room}/paycode', { ...at(project, room), headers: withKey(key) }))
export const endPaycode = (project: string, room: string, reason: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/rooms/{room}/paycode/end', { ...at(project, room), body: { reason }, headers: withKey(key) }))
/** The sheet to print, one page. */
export const paycodeSheet = (project: string, room: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/rooms/{room}/paycode/sheet', { ...at(project, room), headers: withKey(key) }))
