import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { useProject } from '@/composables/useProject'
import { readBundle, readGaps } from './api'

/** One bundle, and the rooms that lack what was put into it later. */
export function useBundle(id: Ref<string>) {
  const project = useProject()
  const key = (part: string) => computed(() => [project.value, 'billing', 'bundle', id.value, part])
  const bundle = useQuery({ queryKey: key('bundle'), queryFn: () => readBundle(project.value, id.value) })
  const gaps = useQuery({ queryKey: key('gaps'), queryFn: () => readGaps(project.value, id.value) })
  return { project, bundle, gaps }
}
