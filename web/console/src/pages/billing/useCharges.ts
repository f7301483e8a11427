import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { useProject } from '@/composables/useProject'
import { useSession } from '@/stores/session'
import { readBuildings, readCharges } from './calls'
import { chargeQuery, type ChargeFilter } from './charge'

/** One page of the charges, and the totals of the whole result: counting takes longer, so the rows do not wait for it. */
export function useCharges(filter: Ref<ChargeFilter>, cursor: Ref<string>, size: Ref<number>) {
  const project = useProject()
  const list = useQuery({
    queryKey: computed(() => [project.value, 'billing', 'charges', filter.value, cursor.value, size.value]),
    queryFn: () => readCharges(project.value, { ...chargeQuery(filter.value), cursor: cursor.value, limit: size.value }),
    placeholderData: (old) => old,
  })
  const totals = useQuery({
    queryKey: computed(() => [project.value, 'billing', 'charges', filter.value, 'totals']),
    queryFn: async () => (await readCharges(project.value, { ...chargeQuery(filter.value), limit: 1, count: true })).totals ?? null,
  })
  return { list, totals }
}

/** The buildings by name; none for whoever may not see them. */
export function useBuildings() {
  const session = useSession()
  const project = useProject()
  return useQuery({ queryKey: computed(() => [project.value, 'buildings']), queryFn: () => readBuildings(project.value), staleTime: 60_000, enabled: () => session.canHere('estate.read') })
}
