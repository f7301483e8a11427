import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useProject } from '@/composables/useProject'
import { useSession } from '@/stores/session'
import { careDueTexts as t } from '@/texts/careplan'
import { readBuildings, readPlans } from './api'

const any = { value: '', title: t.all }
const named = (list: { id: string; name: string }[] | undefined) => [any, ...(list ?? []).map((x) => ({ value: x.id, title: x.name }))]

/** The plans of which a filter chooses: those in use, or ended ones too. */
export function usePlans(state?: 'active') {
  const project = useProject()
  const plans = useQuery({ queryKey: computed(() => [project.value, 'care', 'plans', state ?? 'all']), queryFn: () => readPlans(project.value, { ...(state ? { state } : {}), limit: 200 }), staleTime: 30_000 })
  return { none: computed(() => plans.data.value?.items.length === 0), options: computed(() => named(plans.data.value?.items)) }
}

/** The buildings of which a filter chooses; none for whoever may not read them. */
export function useHouses() {
  const project = useProject()
  const session = useSession()
  const houses = useQuery({ queryKey: computed(() => [project.value, 'buildings']), queryFn: () => readBuildings(project.value), staleTime: 60_000, enabled: computed(() => session.canHere('estate.read')) })
  return computed(() => (houses.data.value ? named(houses.data.value.items) : []))
}
