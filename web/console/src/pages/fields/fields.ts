import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { operations } from '@/api/schema'
import { useProject } from '@/composables/useProject'

const P = '/api/v1/projects/{project}' as const
export type Kind = 'person' | 'room'
export type FieldParts = operations['create-field']['requestBody']['content']['application/json']
export type Field = operations['create-field']['responses']['200']['content']['application/json']
export type Value = operations['read-room-values']['responses']['200']['content']['application/json']['items'][number]

/** The fields of the project's own making. */
export function useFields() {
  const project = useProject()
  return useQuery({
    queryKey: computed(() => [project.value, 'fields']), staleTime: 30_000,
    queryFn: () => must(api.GET(`${P}/fields`, { params: { path: { project: project.value }, query: {} } })),
  })
}
export const createField = (project: string, body: FieldParts, key: string) => must(api.POST(`${P}/fields`, { params: { path: { project } }, body, headers: withKey(key) }))
export const editField = (project: string, field: Field, change: Partial<FieldParts> & { active?: boolean }, key: string) =>
  must(api.PUT(`${P}/fields/{field}`, {
    params: { path: { project, field: field.id } }, headers: withKey(key),
    body: { kind: field.kind, name: field.name, type: field.type, choices: field.choices ?? [], required: field.required ?? false, sort: field.sort ?? 0, active: field.active, version: field.version, ...change },
  }))

export const readValues = (project: string, kind: Kind, id: string) => (kind === 'room'
  ? must(api.GET(`${P}/rooms/{room}/values`, { params: { path: { project, room: id } } }))
  : must(api.GET(`${P}/people/{person}/values`, { params: { path: { project, person: id } } })))
export const writeValues = (project: string, kind: Kind, id: string, values: { field_id: string; seen: string; value: string }[], key: string) => (kind === 'room'
  ? must(api.PUT(`${P}/rooms/{room}/values`, { params: { path: { project, room: id } }, body: { values }, headers: withKey(key) }))
  : must(api.PUT(`${P}/people/{person}/values`, { params: { path: { project, person: id } }, body: { values }, headers: withKey(key) })))

/** The choices that were typed one a line, without empty and doubled ones. */
export const choicesOf = (text: string): string[] => [...new Set(text.split('\n').map((x) => x.trim()).filter(Boolean))]

/** What is sent of a form: only what differs from what was read. */
export function changed(values: Value[], draft: Record<string, string>): { field_id: string; seen: string; value: string }[] {
  return values.filter((v) => (draft[v.field_id] ?? '').trim() !== v.value).map((v) => ({ field_id: v.field_id, seen: v.value, value: (draft[v.field_id] ?? '').trim() }))
}
