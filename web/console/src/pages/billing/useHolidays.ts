import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useProject } from '@/composables/useProject'
import { readHolidays } from './calls'

/** The holidays of the project's years, and the years that are wanted and not here. */
export function useHolidays() {
  const project = useProject()
  return useQuery({
    queryKey: computed(() => [project.value, 'billing', 'holidays']),
    queryFn: () => readHolidays(project.value),
  })
}
