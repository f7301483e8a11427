import { api } from '@/api/api'
import { apiFetch, must, withKey } from '@/api/client'
import { kindOf, type Import, type Kind } from './imports'
import type { ImportCalls } from './useImport'

const one = (project: string, id: string) => ({ params: { path: { project, import: id } } })
/** What is asked about an import of rooms and people, of arrears of before or of what is kept for later. */
export const rosterCalls: ImportCalls = {
  read: (project, id) => must(api.GET('/api/v1/projects/{project}/imports/{import}', one(project, id))),
  apply: (project, id, answers, key) => must(api.POST('/api/v1/projects/{project}/imports/{import}/apply', { ...one(project, id), body: answers, headers: withKey(key) })),
  goOn: (project, id, key) => must(api.POST('/api/v1/projects/{project}/imports/{import}/continue', { ...one(project, id), headers: withKey(key) })),
  undo: (project, id, key) => must(api.POST('/api/v1/projects/{project}/imports/{import}/undo', { ...one(project, id), headers: withKey(key) })),
  send: (project, file, key, before) => upload(project, file, key, kindOf(before ?? { kind: 'roster' })),
}

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
