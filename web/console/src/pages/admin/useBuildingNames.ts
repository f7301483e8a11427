import { useQueries } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api } from '@/api/api'
import { must } from '@/api/client'
import { useSession } from '@/stores/session'

/** The buildings of several projects, for those who may read them everywhere. */
export function useBuildingNames(projects: () => string[]) {
  const session = useSession()
  const wanted = computed(() => (session.canEverywhere('estate.read') ? [...new Set(projects())] : []))
  const answers = useQueries({
    queries: computed(() => wanted.value.map((project) => ({
      queryKey: [project, 'buildings'],
      queryFn: () => must(api.GET('/api/v1/projects/{project}/buildings', { params: { path: { project } } })),
      staleTime: 60_000,
    }))),
  })
  const of = (project: string) => answers.value[wanted.value.indexOf(project)]
  const names = computed(() => new Map(answers.value.flatMap((a) => a.data?.items ?? []).map((b) => [b.id, b.name])))
  return { of, names }
}
