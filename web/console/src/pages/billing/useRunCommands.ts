import { useQueryClient } from '@tanstack/vue-query'
import { useCommand } from '@/composables/useCommand'
import { useProject } from '@/composables/useProject'
import { correctLine, dropLine, holdLine, releaseLine, releaseRun, restoreLine, withdrawRun } from './calls'
import type { LineAction, LineRow } from './review'
import type { Review } from './types'

/** Release and withdrawal of a run, and the decisions about its lines; after each everything about billing is read anew. */
export function useRunCommands(run: () => Review) {
  const project = useProject()
  const queries = useQueryClient()
  const [releasing, withdrawing, deciding] = [useCommand(), useCommand(), useCommand()]
  const fresh = () => Promise.all(['billing', 'todo'].map((key) => queries.invalidateQueries({ queryKey: [project.value, key] })))

  async function after(done: unknown): Promise<boolean> {
    // A refusal mostly means that the run has moved on; the page shows where to.
    await fresh()
    return done !== undefined
  }
  const release = async () => after(await releasing.go((key) => releaseRun(project.value, run().id, run().version, key)))
  const withdraw = async (reason: string) =>
    after(await withdrawing.go((key) => withdrawRun(project.value, run().id, { version: run().version, reason }, key)))

  async function decide(action: LineAction, row: LineRow, reason: string, amount: number | null): Promise<boolean> {
    const path = { project: project.value, run: run().id, charge: row.charge }
    return after(await deciding.go((key) => {
      switch (action) {
        case 'correct': return correctLine(path, { seen_amount: row.amount ?? 0, amount: amount ?? 0, reason }, key)
        case 'hold': return holdLine(path, reason, key)
        case 'drop': return dropLine(path, reason, key)
        case 'restore': return restoreLine(path, reason, key)
        case 'release': return releaseLine(path, reason, key)
      }
    }))
  }
  return { release: { ...releasing, send: release }, withdraw: { ...withdrawing, send: withdraw }, line: { ...deciding, send: decide } }
}
