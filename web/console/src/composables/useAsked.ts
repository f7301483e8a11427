import { useQuery } from '@tanstack/vue-query'
import { computed, ref, type Ref } from 'vue'
import { useCursorPages } from './useCursorPages'
import { useProject } from './useProject'
import { useUrlState } from './useUrlState'

/** An application: one person asks, another decides. */
export interface Asked { id: string; state: string; mine: boolean }
export interface AskedQuery<V extends string> { state?: V; count?: boolean; cursor?: string; limit: number }
/** What all pages come to; a list that has no such sum leaves it out. */
export interface AskedTotals { count: number; amount: number }

export type AskedRows<T extends Asked, V extends string, S extends string> = ReturnType<typeof useAsked<T, V, S>>

/**
 * A list of applications: `views` are the states that have a tab, what waits for a decision first; then all. With it goes the row
 * that something is being done with, and what is said when it is done. `watched`: rows that change by themselves.
 */
export function useAsked<T extends Asked, V extends string, S extends string>(
  key: string, views: readonly [V, ...V[]], read: (project: string, query: AskedQuery<V>) => Promise<{ items: T[]; next?: string; totals?: AskedTotals }>, watched?: (row: T) => boolean,
) {
  const project = useProject()
  const { state } = useUrlState<{ state: string }>({ state: views[0] })
  const { page, size, cursor, turn, resize } = useCursorPages(50)
  const view = computed<V | ''>(() => (state.value === 'all' ? '' : views.find((v) => v === state.value) ?? views[0]))
  const query = computed<{ state?: V }>(() => (view.value === '' ? {} : { state: view.value }))
  const { data, error, isPending, refetch } = useQuery({
    queryKey: computed(() => [project.value, key, view.value, cursor.value, size.value]),
    queryFn: () => read(project.value, { ...query.value, ...(cursor.value ? { cursor: cursor.value } : {}), limit: size.value }),
    refetchInterval: (q) => (watched && q.state.data?.items.some(watched) ? 3000 : false),
  })
  const rows = computed(() => data.value?.items ?? [])
  const chosen = ref(null) as Ref<T | null>
  const step = ref(null) as Ref<S | null>
  const said = ref('')
  function take(row: T, next: S): void {
    chosen.value = row
    step.value = next
    said.value = ''
  }
  const next = computed(() => data.value?.next)
  const totals = computed(() => data.value?.totals)
  return { views, view, query, rows, next, totals, error, isPending, refetch, page, size, turn, resize, chosen, step, said, take }
}
