import type { RouteLocationRaw } from 'vue-router'
import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { components } from '@/api/schema'

export type Tie = components['schemas']['PrivacyTie']

const E = '/api/v1/projects/{project}/people/{person}/erasure' as const

export const readErasure = (project: string, person: string) => must(api.GET(E, { params: { path: { project, person } } }))
export const erase = (project: string, person: string, name: string, reason: string, key: string) =>
  must(api.POST(E, { params: { path: { project, person } }, body: { name, reason }, headers: withKey(key) }))

const PAGES = { refund: 'refunds', online: 'refund-candidates', deposit: 'deposits', invoice: 'invoices' } as const

/** The page on which what ties somebody is ended; null where none is meant. */
export function endedAt(project: string, tie: Tie): RouteLocationRaw | null {
  if (tie.kind in PAGES) return { name: PAGES[tie.kind as keyof typeof PAGES], params: { project } }
  return tie.room_id === '0' ? null : { name: 'household', params: { project, room: tie.room_id } }
}
