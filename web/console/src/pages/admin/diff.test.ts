import { describe, expect, it } from 'vitest'
import { diff, pathWords } from './diff'

describe('before and after', () => {
  it('names every place that differs, also what came and what went', () => {
    const lines = diff({ name: '李雪梅', phone: '1', grants: [{ role: 'cashier' }] }, { name: '李雪梅', email: 'a@b.cn', grants: [{ role: 'cashier' }, { role: 'clerk' }] })
    expect(lines.filter((l) => l.changed)).toEqual([
      { path: 'email', before: null, after: 'a@b.cn', changed: true },
      { path: 'grants.2.role', before: null, after: 'clerk', changed: true },
      { path: 'phone', before: '1', after: null, changed: true },
    ])
    expect(lines.find((l) => l.path === 'name')?.changed).toBe(false)
  })
  it('shows one added role as one line, wherever it stands', () => {
    const lines = diff({ grants: [{ role: 'cashier' }] }, { grants: [{ role: 'accountant' }, { role: 'cashier' }] })
    expect(lines.filter((l) => l.changed)).toEqual([{ path: 'grants.2.role', before: null, after: 'accountant', changed: true }])
  })
  it('calls nothing changed when there is only one side', () => {
    expect(diff(undefined, { rooms: 3 })).toEqual([{ path: 'rooms', before: null, after: '3', changed: false }])
  })
  it('speaks of the places in words', () => expect(pathWords('grants.2.project_id', { grants: '角色', project_id: '项目' })).toBe('角色 2 · 项目'))
})
