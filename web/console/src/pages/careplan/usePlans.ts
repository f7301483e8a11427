import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useProject } from '@/composables/useProject'
import { readPlans } from './api'

/** The plans in use, of which a filter chooses. */
export function usePlans() {
  const project = useProject()
  return useQuery({ queryKey: computed(() => [project.value, 'care', 'plans', 'active']), queryFn: () => readPlans(project.value, { state: 'active', limit: 200 }), staleTime: 30_000 })
}
