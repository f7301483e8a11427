import { apiFetch, withKey } from '@/api/client'
import type { Import, Kind } from './imports'

/** Sends a table. The body is a form, which the typed client does not write. */
export async function upload(project: string, file: File, key: string, kind: Kind = 'roster'): Promise<Import> {
  const form = new FormData()
  form.append('kind', kind)
  form.append('file', file, file.name)
  const address = new URL(`/api/v1/projects/${project}/imports`, location.origin)
  const answer = await apiFetch(new Request(address, { method: 'POST', body: form, headers: withKey(key) }))
  return (await answer.json()) as Import
}

export const templateAddress = (project: string, kind: Kind): string => `/api/v1/projects/${project}/imports/template.xlsx?kind=${kind}`
export const errorsAddress = (project: string, id: string): string => `/api/v1/projects/${project}/imports/${id}/errors.xlsx`
