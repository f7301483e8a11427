import { api } from '@/api/api'
import { must } from '@/api/client'
import type { RecordKind } from './history'

/** The changes of a record, newest first; whoever may read the record reads them. */
export function readHistory(project: string, kind: RecordKind, subject: string, limit: number) {
  const query = { limit }
  switch (kind) {
    case 'project': return must(api.GET('/api/v1/projects/{project}/history', { params: { path: { project }, query } }))
    case 'building': return must(api.GET('/api/v1/projects/{project}/buildings/{building}/history', { params: { path: { project, building: subject }, query } }))
    case 'room': return must(api.GET('/api/v1/projects/{project}/rooms/{room}/history', { params: { path: { project, room: subject }, query } }))
    case 'person': return must(api.GET('/api/v1/projects/{project}/people/{person}/history', { params: { path: { project, person: subject }, query } }))
    case 'item': return must(api.GET('/api/v1/projects/{project}/items/{item}/history', { params: { path: { project, item: subject }, query } }))
  }
}
