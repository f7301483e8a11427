import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { asApiError } from '@/api/errors'
import { readSession, signOut, type ProjectRef, type Session } from '@/api/session'
import { within } from '@/api/within'

const LAST = 'linli.project'
/** How long the server is waited for where this device has a copy of the session, in milliseconds. */
const PATIENCE = 4_000

/** What this device kept of the session; null when nothing. */
export type Spare = () => Promise<Session | null>

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
  /** The session stands on what this device kept of it: no answer of the server has confirmed it yet. */
  const kept = ref(false)
  /** The server has ended the session while a page was open: the page stands covered, nothing on it is lost, until the same person signs in again. */
  const ended = ref(false)
  let loading: Promise<boolean> | null = null
  let tell: (now: Session | null) => unknown = () => undefined

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
      kept.value = false
      void tell(session.value)
      return true
    } catch (thrown) {
      if (asApiError(thrown)?.status !== 401) throw thrown
      forget()
      return false
    }
  }

  /**
   * Reads the session once; false when nobody is signed in. Throws when the server cannot be asked, unless the page works
   * without it and hands over what this device kept: then that holds until the server answers.
   */
  async function load(spare?: Spare): Promise<boolean> {
    if (session.value && (!kept.value || spare)) return true
    const copy = spare ? await spare() : null
    loading ??= read().finally(() => { loading = null })
    if (!copy) return loading
    try {
      return await within(loading, PATIENCE)
    } catch (thrown) {
      if (asApiError(thrown)?.definite !== false) throw thrown
      session.value = copy
      kept.value = true
      return true
    }
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

  /** Registers what this device does when the server says who is signed in here, null when nobody is. */
  function onKnown(listener: (now: Session | null) => unknown): void {
    tell = listener
  }

  /** Covers the page until its person is back. */
  function end(): void {
    ended.value = true
  }

  /** The same person has signed in again: reads what may have changed meanwhile; false when it is somebody else. */
  async function resume(): Promise<boolean> {
    const before = session.value?.account.id
    const now = await readSession()
    if (now.account.id !== before) return false
    session.value = now
    kept.value = false
    void tell(now)
    ended.value = false
    return true
  }

  function forget(): void {
    session.value = null
    ended.value = false
    kept.value = false
    void tell(null)
  }

  async function leave(): Promise<void> {
    await signOut()
    session.value = null
    ended.value = false
    kept.value = false
    await tell(null)
  }

  const can = (permission: string): boolean => held.value.has(permission)
  /** Like can, for what is done to one room or person and honours rights on some buildings. */
  const canHere = (permission: string): boolean => reach.value.has(permission)
  const canEverywhere = (permission: string): boolean => everywhere.value.has(permission)
  return { session, kept, ended, held, reach, partOnly, everywhere, canEverywhere, canHere, projects, project, roleName, load, choose, onKnown, end, resume, forget, leave, can, reload: read }
})
