import { expect, it } from 'vitest'
import { groupRights, lacks } from './useRoles'

const right = (permission: string, group = '收费', needs: string[] = []) => ({ permission, group, name: permission, allows: '', everywhere: false, needs, mine: true })

it('puts rights under their headings in the order they come in', () => {
  const groups = groupRights([right('a', '收费'), right('b', '管理'), right('c', '收费')])
  expect(groups.map((g) => [g.group, ...g.rights.map((r) => r.permission)])).toEqual([['收费', 'a', 'c'], ['管理', 'b']])
})

it('names what a chosen right lacks, and nothing of one that is not chosen', () => {
  const receive = right('cashier.receive', '收银', ['cashier.read', 'estate.read'])
  expect(lacks(receive, ['cashier.receive', 'estate.read'])).toEqual(['cashier.read'])
  expect(lacks(receive, ['cashier.receive', 'cashier.read', 'estate.read'])).toEqual([])
  expect(lacks(receive, ['estate.read'])).toEqual([])
})
