import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { api } from '@/api/api'
import { must } from '@/api/client'
import type { components } from '@/api/schema'
import { useSession } from '@/stores/session'
import { useProject } from './useProject'

export type Dictionary = components['schemas']['DictionaryList']

/** The lists of words of this project. */
export function useDictionaries() {
  const project = useProject()
  const session = useSession()
  return useQuery({
    queryKey: computed(() => [project.value, 'dictionaries']),
    queryFn: () => must(api.GET('/api/v1/projects/{project}/dictionaries', { params: { path: { project: project.value } } })),
    enabled: computed(() => session.can('estate.read')),
    staleTime: 60_000,
  })
}

/** What the project offers to be written at one place; something else may be written as well. */
export function useWords(key: Dictionary['key']): ComputedRef<string[]> {
  const list = useDictionaries()
  return computed(() => list.data.value?.items.find((d) => d.key === key)?.words ?? [])
}
