import { apiFetch, withKey } from '@/api/client'
import type { Import, Kind } from './imports'

/** Sends a table. The body is a form, which the typed client does not write. */
export async function upload(project: string, file: File, key: string, kind: Kind = 'roster'): Promise<Import> {
  return send(project, 'imports', file, key, kind)
}

/** Sends a table to one of the two places that take imports in. */
export async function send(project: string, to: 'imports' | 'reading-imports', file: File, key: string, kind: string): Promise<Import> {
  const form = new FormData()
  form.append('kind', kind)
  form.append('file', file, file.name)
  const address = new URL(`/api/v1/projects/${project}/${to}`, location.origin)
  const answer = await apiFetch(new Request(address, { method: 'POST', body: form, headers: withKey(key) }))
  return (await answer.json()) as Import
}

export const templateAddress = (project: string, kind: Kind): string => `/api/v1/projects/${project}/imports/template.xlsx?kind=${kind}`
export const errorsAddress = (project: string, id: string, readings = false): string => `/api/v1/projects/${project}/${readings ? 'reading-imports' : 'imports'}/${id}/errors.xlsx`
