import { expect, it } from 'vitest'
import { groupRights } from './useRoles'

it('puts rights under their headings in the order they come in', () => {
  const right = (permission: string, group: string) => ({ permission, group, name: permission, allows: '', everywhere: false, mine: true })
  const groups = groupRights([right('a', '收费'), right('b', '管理'), right('c', '收费')])
  expect(groups.map((g) => [g.group, ...g.rights.map((r) => r.permission)])).toEqual([['收费', 'a', 'c'], ['管理', 'b']])
})
