import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { asApiError } from '@/api/errors'
import { readSession, signOut, type ProjectRef, type Session } from '@/api/session'

const LAST = 'linli.project'

function lastProject(): string {
  try {
    return localStorage.getItem(LAST) ?? ''
  } catch {
    return ''
  }
}

/** Who works here, with which permissions and projects, and the project in the address. */
export const useSession = defineStore('session', () => {
  const session = ref<Session | null>(null)
  const projectId = ref(lastProject())
  let loading: Promise<boolean> | null = null

  /** Rights held on the whole project. */
  const held = computed<ReadonlySet<string>>(() => heldOn(project.value?.id ?? null))
  /** Rights held on all projects: what company-wide pages and commands ask for. */
  const everywhere = computed<ReadonlySet<string>>(() => heldOn(null))
  /** Rights held on the project or on some buildings of it: enough for pages that show only these buildings. */
  const reach = computed<ReadonlySet<string>>(() => heldOn(project.value?.id ?? null, true))
  /** Whether this account answers for some buildings of the project only. */
  const partOnly = computed(() => held.value.size === 0 && reach.value.size > 0)
  const projects = computed<ProjectRef[]>(() => session.value?.projects ?? [])
  const project = computed(() => projects.value.find((p) => p.id === projectId.value) ?? projects.value[0] ?? null)
  /** The role shown beside the name: the one on this project before the one on all. */
  const roleName = computed(() => {
    const roles = session.value?.roles ?? []
    return (roles.find((r) => r.project_id === project.value?.id) ?? roles.find((r) => r.project_id === null) ?? roles[0])?.role_name ?? ''
  })

  function heldOn(id: string | null, parts = false): Set<string> {
    const grants = session.value?.grants
    if (!grants) return new Set(session.value?.permissions)
    return new Set(grants.filter((g) => (g.project_id === null || g.project_id === id) && (parts || !g.building_ids)).flatMap((g) => g.permissions))
  }

  async function read(): Promise<boolean> {
    try {
      session.value = await readSession()
      return true
    } catch (thrown) {
      if (asApiError(thrown)?.status !== 401) throw thrown
      session.value = null
      return false
    }
  }

  /** Reads the session once; false when nobody is signed in. Throws when the server cannot be asked. */
  function load(): Promise<boolean> {
    if (session.value) return Promise.resolve(true)
    loading ??= read().finally(() => { loading = null })
    return loading
  }

  /** Makes a project the current one; false when this account has no such project. */
  function choose(id: string): boolean {
    if (!projects.value.some((p) => p.id === id)) return false
    projectId.value = id
    try {
      localStorage.setItem(LAST, id)
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    return true
  }

  function forget(): void {
    session.value = null
  }

  async function leave(): Promise<void> {
    await signOut()
    forget()
  }

  const can = (permission: string): boolean => held.value.has(permission)
  /** Like can, for what is done to one room or person and honours rights on some buildings. */
  const canHere = (permission: string): boolean => reach.value.has(permission)
  const canEverywhere = (permission: string): boolean => everywhere.value.has(permission)
  return { session, held, reach, partOnly, everywhere, canEverywhere, canHere, projects, project, roleName, load, choose, forget, leave, can, reload: read }
})
