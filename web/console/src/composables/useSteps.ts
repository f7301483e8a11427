import { useQueryClient } from '@tanstack/vue-query'
import { computed, watch, type Ref } from 'vue'
import { useCommand } from './useCommand'
import { useProject } from './useProject'

/**
 * What may be done with a row, one dialog for each step: `shows` opens and closes one, `done` runs its command, reads again
 * what it may have touched and what waits for people, and closes.
 */
export function useSteps<S extends string>(step: Ref<S | null>, touched: readonly string[]) {
  const project = useProject()
  const queries = useQueryClient()
  const { go, error, said, busy, clear } = useCommand()
  watch(step, clear)
  const shows = (name: S) => computed({ get: () => step.value === name, set: (on: boolean) => { step.value = on ? name : null } })
  async function done<T>(command: (project: string, key: string) => Promise<T>, then?: (got: T) => void): Promise<void> {
    const got = await go((key) => command(project.value, key))
    if (got === undefined) return
    await Promise.all([...touched, 'todo'].map((key) => queries.invalidateQueries({ queryKey: [project.value, key] })))
    step.value = null
    then?.(got)
  }
  return { shows, done, error, said, busy }
}
