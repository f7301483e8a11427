import { useQueryClient } from '@tanstack/vue-query'
import { reactive, toRaw } from 'vue'
import { useRouter } from 'vue-router'
import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import { useCommand } from '@/composables/useCommand'
import { useFaults } from '@/composables/useFaults'
import { useSession } from '@/stores/session'
import { projectBody, projectFields, projectRules, type ProjectFields } from './projectFields'
import type { Project, ProjectCopy } from './types'

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
  /** A new project with the fees, tags, fields and settings of another; what came over is answered. */
  async function copy(from: string): Promise<ProjectCopy | null> {
    if (!faults.check()) return null
    const made = await command.go((key) => must(api.POST('/api/v1/project-copies', { body: { ...projectBody(toRaw(form)), from_project_id: from }, headers: withKey(key) })))
    if (!made) return null
    await refresh()
    return made
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
  return { form, faults, command, start, create, copy, change }
}
