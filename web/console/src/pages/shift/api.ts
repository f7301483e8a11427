import { api } from '@/api/api'
import { apiFetch, must, withKey } from '@/api/client'

const at = (project: string) => ({ project })

export const readMine = (project: string) => must(api.GET('/api/v1/projects/{project}/my-shift', { params: { path: at(project) } }))

export const openShift = (project: string, imprest: number, key: string) =>
  must(api.POST('/api/v1/projects/{project}/shifts', { params: { path: at(project) }, body: { imprest }, headers: withKey(key) }))

export const readShift = (project: string, shift: string) =>
  must(api.GET('/api/v1/projects/{project}/shifts/{shift}', { params: { path: { ...at(project), shift } } }))
export type Shift = Awaited<ReturnType<typeof readShift>>

export interface Counting { counted?: number; notes?: { value: number; n: number }[] }
export const countShift = (project: string, shift: string, body: Counting, key: string) =>
  must(api.POST('/api/v1/projects/{project}/shifts/{shift}/counts', { params: { path: { ...at(project), shift } }, body, headers: withKey(key) }))

export interface Closing { count: number; handed: number; reason?: string }
export const closeShift = (project: string, shift: string, body: Closing, key: string) =>
  must(api.POST('/api/v1/projects/{project}/shifts/{shift}/close', { params: { path: { ...at(project), shift } }, body, headers: withKey(key) }))

export interface ShiftFilter { mine?: boolean; state?: 'open' | 'closed' | 'before'; from?: string; until?: string; late?: boolean; limit?: number; cursor?: string }
export const readShifts = (project: string, query: ShiftFilter, signal?: AbortSignal) =>
  must(api.GET('/api/v1/projects/{project}/shifts', { params: { path: at(project), query }, signal: signal ?? null }))

export type StatBy = 'day' | 'cashier' | 'method' | 'item'
export interface StatFilter { by: StatBy; from?: string; until?: string }
export const readStatistics = (project: string, query: StatFilter, signal?: AbortSignal) =>
  must(api.GET('/api/v1/projects/{project}/takings/statistics', { params: { path: at(project), query }, signal: signal ?? null }))
export type Statistics = Awaited<ReturnType<typeof readStatistics>>
export type StatRow = Statistics['rows'][number]

/** The report of a closed shift as a page for A4. */
export async function readPaper(project: string, shift: string): Promise<string> {
  const path = `/api/v1/projects/${project}/shifts/${shift}/print`
  return (await apiFetch(new Request(new URL(path, location.origin), { headers: { Accept: 'text/html' } }))).text()
}
