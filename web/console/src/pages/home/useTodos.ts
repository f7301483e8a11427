import { useQueries } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useRouter } from 'vue-router'
import { allowed } from '@/router/menu'
import { useSession } from '@/stores/session'
import { waiting, type Todo } from './todos'

export interface TodoRow { todo: Todo; count: string }

/** Which of these wait for this person, with how many of each; read again every two minutes. */
export function useTodos(all: readonly Todo[], project: () => string) {
  const router = useRouter()
  const session = useSession()
  const mine = computed(() => (project() ? all.filter((x) => allowed(x.permission, x.buildings ? session.reach : session.held) && router.hasRoute(x.route)) : []))
  const counts = useQueries({
    queries: computed(() => mine.value.map((x) => ({ queryKey: [project(), 'todo', x.key], queryFn: async () => waiting(await x.read(project()), x.own), refetchInterval: 120_000 }))),
  })
  const rows = computed(() => mine.value.flatMap((todo, n): TodoRow[] => {
    const found = counts.value[n]?.data
    return found && found.count > 0 ? [{ todo, count: `${found.count}${found.more ? '+' : ''}` }] : []
  }))
  const failed = computed(() => counts.value.some((c) => c.isError))
  const settled = computed(() => counts.value.every((c) => !c.isPending))
  return { rows, failed, settled }
}
