import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { readItem, readItems, readRates, readScopes } from './calls'
import { useProject } from '@/composables/useProject'

/** All fee items of the project, with the price that counts today. */
export function useItems() {
  const project = useProject()
  return useQuery({ queryKey: computed(() => [project.value, 'billing', 'items']), queryFn: () => readItems(project.value) })
}

/** One fee item with its dated prices and where it is charged. */
export function useItem(id: Ref<string>) {
  const project = useProject()
  const key = (part: string) => computed(() => [project.value, 'billing', 'item', id.value, part])
  const item = useQuery({ queryKey: key('item'), queryFn: () => readItem(project.value, id.value) })
  const rates = useQuery({ queryKey: key('rates'), queryFn: () => readRates(project.value, id.value) })
  const scopes = useQuery({ queryKey: key('scopes'), queryFn: () => readScopes(project.value, id.value) })
  return { project, item, rates, scopes }
}
