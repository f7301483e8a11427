import { useQuery } from '@tanstack/vue-query'
import { computed, onBeforeUnmount, ref, watch } from 'vue'
import { useProject } from '@/composables/useProject'
import { checkWeights } from './calls'
import { askable, givenOf, weightsFault } from './weights'
import type { Where } from './where'

/** Pasted weights, read by the server against the rooms of the place a moment after the last change. */
export function useWeights(text: () => string, where: () => Where, on: () => boolean) {
  const project = useProject()
  const asked = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(text, (now) => {
    clearTimeout(timer)
    timer = setTimeout(() => { asked.value = now }, 400)
  })
  onBeforeUnmount(() => clearTimeout(timer))
  const check = useQuery({
    queryKey: computed(() => [project.value, 'shared-weights', where(), asked.value]),
    queryFn: () => checkWeights(project.value, { text: asked.value, ...where() }),
    enabled: computed(() => on() && askable(asked.value)),
    retry: false,
    gcTime: 0,
    staleTime: 0,
  })
  const read = computed(() => (asked.value === text() && !check.error.value && askable(text()) ? check.data.value : undefined))
  return {
    read,
    busy: computed(() => askable(text()) && (asked.value !== text() || check.isFetching.value)),
    failed: computed(() => (asked.value === text() && askable(text()) ? check.error.value : null)),
    again: () => void check.refetch(),
    fault: computed(() => weightsFault(text(), read.value)),
    given: computed(() => givenOf(read.value)),
  }
}
export type Weights = ReturnType<typeof useWeights>
