import { describe, expect, it } from 'vitest'
import { UNCHOSEN, buildingWords, grantFault, roleWords, sameGrants, toGrants, toLines, withProjects } from './grants'

const grants = [{ role: 'cashier', project_id: '7' }, { role: 'manager', project_id: null }]

describe('many projects', () => {
  const on = (role: string, ...projects: (string | null)[]) => projects.map((project_id) => ({ role, project_id }))
  it('says a role once, and of many projects the first three', () => {
    const words = (list: ReturnType<typeof on>) => roleWords(list, (key) => key.toUpperCase(), (g) => g.project_id ?? '全部')
    expect(words([...on('a', '1', '2'), ...on('b', null)])).toBe('A（1、2）、B（全部）')
    expect(words(on('a', '1', '2', '3', '4'))).toBe('A（1、2、3、4）')
    expect(words(on('a', '1', '2', '3', '4', '5'))).toBe('A（1、2、3等 5 个项目）')
  })
  it('gives a role on the chosen projects, on none twice, in the place of the line that waits', () => {
    const lines = [{ key: 4, role: 'a', project: '1', buildings: ['9'] }, { key: 5, role: 'a', project: UNCHOSEN, buildings: null }, { key: 6, role: 'b', project: '2', buildings: null }]
    expect(withProjects(lines, 'a', ['1', '2', '3'])).toEqual([lines[0], lines[2], { key: 7, role: 'a', project: '2', buildings: null }, { key: 8, role: 'a', project: '3', buildings: null }])
  })
})

describe('the role editor', () => {
  it('gives back what it got; only an empty choice means everywhere', () => {
    expect(toGrants(toLines(grants))).toEqual(grants)
  })
  it('refuses a line without a role and the same role twice', () => {
    expect(grantFault([{ key: 0, role: '', project: '', buildings: null }])).toBe('roles')
    expect(grantFault([{ key: 0, role: 'cashier', project: '7', buildings: null }, { key: 1, role: 'cashier', project: '7', buildings: ['1'] }])).toBe('twice')
    expect(grantFault(toLines(grants))).toBeNull()
  })
  it('takes nobody for everywhere who has not chosen so', () => {
    expect(grantFault([{ key: 0, role: 'cashier', project: UNCHOSEN, buildings: null }])).toBe('projects')
    expect(grantFault([{ key: 0, role: 'cashier', project: '', buildings: null }])).toBeNull()
  })
  it('knows the same rights in another order', () => {
    expect(sameGrants(grants, [...grants].reverse())).toBe(true)
    expect(sameGrants(grants, [{ role: 'cashier', project_id: null }, grants[1]!])).toBe(false)
  })
  it('keeps the buildings of a limit, and none without a project', () => {
    const limited = [{ role: 'cashier', project_id: '7', building_ids: ['3', '1'] }]
    expect(toGrants(toLines(limited))).toEqual(limited)
    expect(toGrants([{ key: 0, role: 'cashier', project: '', buildings: ['1'] }])).toEqual([{ role: 'cashier', project_id: null }])
    expect(grantFault([{ key: 0, role: 'cashier', project: '7', buildings: [] }])).toBe('buildings')
    expect(sameGrants(limited, [{ ...limited[0]!, building_ids: ['1', '3'] }])).toBe(true)
    expect(sameGrants(limited, [{ role: 'cashier', project_id: '7' }])).toBe(false)
  })
  it('names three buildings and counts the rest', () => {
    const names = new Map([['1', '1栋'], ['2', '2栋'], ['3', '3栋'], ['4', '4栋']])
    expect(buildingWords(['1', '2'], names)).toBe('1栋、2栋')
    expect(buildingWords(['1', '2', '3', '4'], names)).toBe('1栋、2栋、3栋等 4 栋楼')
    expect(buildingWords(['1', '9'], names)).toBe('2 栋楼')
  })
})
