import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { components } from '@/api/schema'
import { useSession } from '@/stores/session'
import { useCommand } from './useCommand'
import { useProject } from './useProject'

export type Export = components['schemas']['FileExport']

/** The filters of a page as the list's own API knows them; what is empty is left out. */
export type ExportQuery = Record<string, string | number | boolean | string[] | null | undefined>

export function exportQuery(query: ExportQuery): string {
  const out = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '' || value === false || value === 0) continue
    if (['limit', 'cursor', 'count'].includes(name)) continue
    out.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  return out.toString()
}

export const exportAddress = (project: string, id: string): string => `/api/v1/projects/${project}/exports/${id}/file`

/** Has the browser fetch a finished file. */
export function fetchExport(project: string, made: Export): void {
  const link = document.createElement('a')
  link.href = exportAddress(project, made.id)
  link.download = made.name
  link.click()
}

/** Whether a list may be taken out, and in clear: whoever answers for some buildings takes out only the lists that the server names. */
export function useExportable(kind: () => string) {
  const session = useSession()
  const project = useProject()
  const whole = computed(() => session.can('file.export'))
  const query = useQuery({
    queryKey: computed(() => [project.value, 'export-kinds']), staleTime: 60_000,
    queryFn: () => must(api.GET('/api/v1/projects/{project}/export-kinds', { params: { path: { project: project.value } } })),
    enabled: computed(() => !whole.value && session.canHere('file.export')),
  })
  const one = computed(() => query.data.value?.items.find((k) => k.kind === kind()))
  return { may: computed(() => whole.value || Boolean(one.value)), clear: computed(() => (whole.value ? session.can('estate.reveal') : Boolean(one.value?.clear))) }
}

/** Asks for a table: a short one is fetched at once, a long one waits in the download centre. */
export function useExport() {
  const project = useProject()
  const queries = useQueryClient()
  const command = useCommand()
  const made = ref<Export | null>(null)
  async function ask(kind: string, query: ExportQuery, clear = false, reason = ''): Promise<boolean> {
    made.value = null
    const answer = await command.go((key) => must(api.POST('/api/v1/projects/{project}/exports', {
      params: { path: { project: project.value } }, headers: withKey(key),
      body: { kind, query: exportQuery(query), clear, ...(clear ? { reason } : {}) },
    })))
    if (!answer) return false
    made.value = answer
    void queries.invalidateQueries({ queryKey: [project.value, 'exports'] })
    if (answer.state === 'ready') fetchExport(project.value, answer)
    return true
  }
  return { ask, made, busy: command.busy, said: command.said, long: computed(() => made.value?.state === 'waiting') }
}
