import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useCommand } from '@/composables/useCommand'
import { useProject } from '@/composables/useProject'
import { answered, running, type Answers, type Import } from './imports'

type Taken = ReturnType<typeof answered>
/** What is asked of the server about one import; rosters and readings have addresses of their own. */
export interface ImportCalls {
  read: (project: string, id: string) => Promise<Import>
  apply: (project: string, id: string, answers: Taken, key: string) => Promise<Import>
  goOn: (project: string, id: string, key: string) => Promise<Import>
  undo: (project: string, id: string, key: string) => Promise<Import>
  /** Sends another file of the same kind as `before`. */
  send: (project: string, file: File, key: string, before: Import | undefined) => Promise<Import>
}

/**
 * One import from its check to its end; the page asks again while the server is at work. `name` keeps it apart in the cache, `route`
 * shows another one, and `changed` is told when rows were written or taken back.
 */
export function useImport(name: string, route: string, calls: ImportCalls, changed: () => unknown) {
  const here = useRoute()
  const router = useRouter()
  const project = useProject()
  const queries = useQueryClient()
  const command = useCommand()
  const again = useCommand()
  const undoing = useCommand()
  const asking = ref(false)
  const fileName = ref('')
  const id = computed(() => String(here.params.import))
  const at = (one: string) => [project.value, name, one]
  const query = useQuery({
    queryKey: computed(() => at(id.value)),
    queryFn: () => calls.read(project.value, id.value),
    refetchInterval: (q) => (running(q.state.data?.state) ? 700 : false),
  })
  const im = computed(() => query.data.value)
  const totals = computed(() => im.value?.facts.map((f) => `${f.title} ${f.value}`).join('，') ?? '')

  watch(() => im.value?.state, (state, before) => {
    if (state === 'applied' && before) void changed()
  })
  function show(done: Import | undefined): boolean {
    if (done) queries.setQueryData(at(done.id), done)
    return Boolean(done)
  }
  async function apply(answers: Answers): Promise<void> {
    show(await command.go((key) => calls.apply(project.value, id.value, answered(answers, im.value?.state), key)))
  }
  async function goOn(): Promise<void> {
    show(await command.go((key) => calls.goOn(project.value, id.value, key)))
  }
  async function undo(): Promise<void> {
    if (!show(await undoing.go((key) => calls.undo(project.value, id.value, key)))) return
    asking.value = false
    void changed()
  }
  async function resend(file: File): Promise<void> {
    fileName.value = file.name
    const made = await again.go((key) => calls.send(project.value, file, key, im.value))
    if (!made) return
    show(made)
    await router.push({ name: route, params: { project: project.value, import: made.id } })
  }
  return { query, im, totals, command, again, undoing, asking, fileName, apply, goOn, undo, resend }
}

export type ImportRun = ReturnType<typeof useImport>
