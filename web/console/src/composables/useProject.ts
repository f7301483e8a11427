import { computed, type ComputedRef } from 'vue'
import { useRoute } from 'vue-router'

/** The project in the address. */
export function useProject(): ComputedRef<string> {
  const route = useRoute()
  return computed(() => String(route.params.project ?? ''))
}
