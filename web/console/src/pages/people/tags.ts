import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import { useProject } from '@/composables/useProject'

/** What tags stick to. */
export type TagKind = 'person' | 'room'
const listTags = (project: string, kind: TagKind) => must(api.GET('/api/v1/projects/{project}/tags', { params: { path: { project }, query: { kind } } }))
export type Tag = Awaited<ReturnType<typeof listTags>>['items'][number]

/** The tags that people or rooms may bear. */
export function useTags(kind: TagKind) {
  const project = useProject()
  return useQuery({ queryKey: computed(() => [project.value, 'tags', kind]), queryFn: () => listTags(project.value, kind), staleTime: 30_000 })
}
export const createTag = (project: string, kind: TagKind, name: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/tags', { params: { path: { project } }, body: { name, kind }, headers: withKey(key) }))
export const setTag = (project: string, tag: Tag, active: boolean, key: string) =>
  must(api.PATCH('/api/v1/projects/{project}/tags/{tag}', { params: { path: { project, tag: tag.id } }, body: { version: tag.version, active }, headers: withKey(key) }))
export const putTag = (project: string, tag: string, subjects: string[], on: boolean, key: string) =>
  must(api.POST('/api/v1/projects/{project}/tags/{tag}/bearers', { params: { path: { project, tag } }, body: { subject_ids: subjects, on }, headers: withKey(key) }))

/** What differs between two states of a record, as the log keeps them. */
export function differences(before: string, after: string): { key: string; before: string; after: string }[] {
  const read = (text: string): Record<string, unknown> => {
    try {
      const value: unknown = text ? JSON.parse(text) : {}
      return value && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
    } catch {
      return {}
    }
  }
  const say = (value: unknown): string => (value === undefined || value === null || value === '' ? '–' : typeof value === 'object' ? JSON.stringify(value) : typeof value === 'boolean' ? (value ? '是' : '否') : String(value))
  const [a, b] = [read(before), read(after)]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => say(a[k]) !== say(b[k])).map((key) => ({ key, before: say(a[key]), after: say(b[key]) }))
}
