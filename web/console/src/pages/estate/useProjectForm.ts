import { useQueryClient } from '@tanstack/vue-query'
import { reactive, toRaw } from 'vue'
import { useRouter } from 'vue-router'
import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import { useCommand } from '@/composables/useCommand'
import { useFaults } from '@/composables/useFaults'
import { useSession } from '@/stores/session'
import { projectBody, projectFields, projectRules, type ProjectFields } from './projectFields'
import type { Project } from './types'

/** Creating and changing a project; a new one leads on to the import of its roster. */
export function useProjectForm() {
  const session = useSession()
  const router = useRouter()
  const queries = useQueryClient()
  const command = useCommand()
  const form = reactive<ProjectFields>(projectFields(null))
  const faults = useFaults(() => projectRules(form), () => command.error.value)

  function start(project: Project | null): void {
    Object.assign(form, projectFields(project))
    faults.reset()
    command.clear()
  }
  async function refresh(): Promise<void> {
    await Promise.all([session.reload(), queries.invalidateQueries({ queryKey: ['company', 'projects'] })])
  }
  async function create(): Promise<boolean> {
    if (!faults.check()) return false
    const made = await command.go((key) => must(api.POST('/api/v1/projects', { body: projectBody(toRaw(form)), headers: withKey(key) })))
    if (!made) return false
    await refresh()
    await router.push({ name: router.hasRoute('imports') ? 'imports' : 'rooms', params: { project: made.id } })
    return true
  }
  async function change(project: Project): Promise<boolean> {
    if (!faults.check()) return false
    const done = await command.go((key) => must(api.PATCH('/api/v1/projects/{project}', {
      params: { path: { project: project.id } }, body: { ...projectBody(toRaw(form)), state: form.state, version: project.version }, headers: withKey(key),
    })))
    if (!done) return false
    await Promise.all([refresh(), queries.invalidateQueries({ queryKey: [project.id] })])
    return true
  }
  return { form, faults, command, start, create, change }
}
