import type { Grant } from './types'

/** The project of a line that nobody has chosen yet: all of them is a choice, never what comes by itself. */
export const UNCHOSEN = '?'
/** One line of the role editor; an empty project stands for all of them, no list of buildings for the whole project. */
export interface GrantLine { key: number; role: string; project: string; buildings: string[] | null }

export function toLines(grants: Grant[]): GrantLine[] {
  return grants.map((g, key) => ({ key, role: g.role, project: g.project_id ?? '', buildings: g.building_ids ? [...g.building_ids] : null }))
}
export function toGrants(lines: GrantLine[]): Grant[] {
  return lines.map((l) => ({ role: l.role, project_id: l.project === '' ? null : l.project, ...(l.project !== '' && l.buildings ? { building_ids: [...l.buildings] } : {}) }))
}
export type GrantFault = 'roles' | 'projects' | 'buildings' | 'twice'
export function grantFault(lines: GrantLine[]): GrantFault | null {
  if (lines.some((l) => l.role === '')) return 'roles'
  if (lines.some((l) => l.project === UNCHOSEN)) return 'projects'
  if (lines.some((l) => l.project !== '' && l.buildings?.length === 0)) return 'buildings'
  return new Set(lines.map((l) => `${l.role}@${l.project}`)).size < lines.length ? 'twice' : null
}
/** Whether two lists give the same rights, in whatever order. */
export function sameGrants(a: Grant[], b: Grant[]): boolean {
  const part = (g: Grant) => (g.building_ids ? `:${[...g.building_ids].sort().join('+')}` : '')
  const keys = (list: Grant[]) => list.map((g) => `${g.role}@${g.project_id ?? ''}${part(g)}`).sort().join()
  return keys(a) === keys(b)
}
/** The buildings of a limit in words: the first three by name, then how many; only how many where names are not known. */
export function buildingWords(ids: string[], names: ReadonlyMap<string, string>): string {
  const known = ids.flatMap((id) => names.get(id) ?? [])
  if (known.length < ids.length) return `${ids.length} 栋楼`
  return known.length > 3 ? `${known.slice(0, 3).join('、')}等 ${ids.length} 栋楼` : known.join('、')
}
/** The roles of an account in words, each once, with where it holds: the first three places, then how many. */
export function roleWords(grants: Grant[], role: (key: string) => string, place: (grant: Grant) => string): string {
  const keys = [...new Set(grants.map((g) => g.role))]
  return keys.map((key) => {
    const at = grants.filter((g) => g.role === key).map(place)
    return `${role(key)}（${at.length > 4 ? `${at.slice(0, 3).join('、')}等 ${at.length} 个项目` : at.join('、')}）`
  }).join('、')
}
/** The lines with one more for each of these projects that has none of this role; a line without a project yet is the first of them. */
export function withProjects(lines: GrantLine[], role: string, projects: readonly string[]): GrantLine[] {
  const held = new Set(lines.filter((l) => l.role === role).map((l) => l.project))
  const rest = lines.filter((l) => l.role !== role || l.project !== UNCHOSEN)
  const first = Math.max(-1, ...lines.map((l) => l.key)) + 1
  return [...rest, ...projects.filter((p) => !held.has(p)).map((project, n) => ({ key: first + n, role, project, buildings: null }))]
}
