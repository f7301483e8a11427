import type { Grant } from './types'

/** One line of the role editor; an empty project stands for all of them. */
export interface GrantLine { key: number; role: string; project: string }

export function toLines(grants: Grant[]): GrantLine[] {
  return grants.map((g, key) => ({ key, role: g.role, project: g.project_id ?? '' }))
}
export function toGrants(lines: GrantLine[]): Grant[] {
  return lines.map((l) => ({ role: l.role, project_id: l.project === '' ? null : l.project }))
}
export type GrantFault = 'roles' | 'twice'
export function grantFault(lines: GrantLine[]): GrantFault | null {
  if (lines.some((l) => l.role === '')) return 'roles'
  return new Set(lines.map((l) => `${l.role}@${l.project}`)).size < lines.length ? 'twice' : null
}
/** Whether two lists give the same rights, in whatever order. */
export function sameGrants(a: Grant[], b: Grant[]): boolean {
  const keys = (list: Grant[]) => list.map((g) => `${g.role}@${g.project_id ?? ''}`).sort().join()
  return keys(a) === keys(b)
}
