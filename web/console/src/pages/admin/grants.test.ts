import { describe, expect, it } from 'vitest'
import { grantFault, sameGrants, toGrants, toLines } from './grants'

const grants = [{ role: 'cashier', project_id: '7' }, { role: 'manager', project_id: null }]

describe('the role editor', () => {
  it('gives back what it got; only an empty choice means everywhere', () => {
    expect(toGrants(toLines(grants))).toEqual(grants)
  })
  it('refuses a line without a role and the same role twice', () => {
    expect(grantFault([{ key: 0, role: '', project: '' }])).toBe('roles')
    expect(grantFault([{ key: 0, role: 'cashier', project: '7' }, { key: 1, role: 'cashier', project: '7' }])).toBe('twice')
    expect(grantFault(toLines(grants))).toBeNull()
  })
  it('knows the same rights in another order', () => {
    expect(sameGrants(grants, [...grants].reverse())).toBe(true)
    expect(sameGrants(grants, [{ role: 'cashier', project_id: null }, grants[1]!])).toBe(false)
  })
})
