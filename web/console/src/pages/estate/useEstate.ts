import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { api } from '@/api/api'
import { must } from '@/api/client'
import { useProject } from '@/composables/useProject'

/** The buildings of the project. */
export function useBuildings() {
  const project = useProject()
  return useQuery({
    queryKey: computed(() => [project.value, 'buildings']),
    queryFn: () => must(api.GET('/api/v1/projects/{project}/buildings', { params: { path: { project: project.value } } })),
    staleTime: 60_000,
  })
}

/** The units of one building; nothing while none is chosen. */
export function useUnits(building: Readonly<Ref<string>>) {
  const project = useProject()
  return useQuery({
    queryKey: computed(() => [project.value, 'units', building.value]),
    queryFn: () => must(api.GET('/api/v1/projects/{project}/buildings/{building}/units', { params: { path: { project: project.value, building: building.value } } })),
    enabled: computed(() => building.value !== ''),
    staleTime: 60_000,
  })
}
