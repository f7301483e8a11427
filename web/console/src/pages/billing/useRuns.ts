import { useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { useProject } from '@/composables/useProject'
import { readLines, readLooks, readRun, readRuns } from './calls'
import { isWorking, rowOfCharge, rowOfLook, type LineRow } from './review'

const POLL = 1000

/** The runs of the project, newest month first; while one is being worked on the list follows. */
export function useRuns(cursor: Ref<string>, size: Ref<number>) {
  const project = useProject()
  return useQuery({
    queryKey: computed(() => [project.value, 'billing', 'runs', cursor.value, size.value]),
    queryFn: () => readRuns(project.value, cursor.value, size.value),
    refetchInterval: (q) => (q.state.data?.items.some((r) => isWorking(r.state)) ? POLL : false),
  })
}

/** One run with its explanation, asked for every second while a job works on it. */
export function useRun(id: Ref<string>) {
  const project = useProject()
  return useQuery({
    queryKey: computed(() => [project.value, 'billing', 'run', id.value]),
    queryFn: () => readRun(project.value, id.value),
    refetchInterval: (q) => (isWorking(q.state.data?.state) ? POLL : false),
    staleTime: 0,
  })
}

export type LineView = 'looks' | 'held' | 'dropped' | 'all'
export interface LineFilter { view: LineView; room: string; item: string }

/** The lines of one view of a run, read on page by page. `version` makes them fresh after each change of the run. */
export function useLines(run: Ref<string>, version: Ref<number>, filter: Ref<LineFilter>) {
  const project = useProject()
  return useInfiniteQuery({
    queryKey: computed(() => [project.value, 'billing', 'lines', run.value, version.value, filter.value]),
    queryFn: async ({ pageParam }): Promise<{ rows: LineRow[]; next?: string }> => {
      const { view, room, item } = filter.value
      if (view === 'looks') {
        const page = await readLooks(project.value, run.value, pageParam)
        return { rows: page.items.map(rowOfLook), next: page.next }
      }
      const query = {
        ...(view === 'all' ? {} : { hold: view }), ...(room ? { room_id: room } : {}), ...(item ? { item_id: item } : {}), cursor: pageParam,
      }
      const page = await readLines(project.value, run.value, query)
      return { rows: page.items.map(rowOfCharge), next: page.next }
    },
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
    placeholderData: (old) => old,
  })
}
