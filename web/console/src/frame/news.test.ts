import { afterEach, expect, it } from 'vitest'
import type { Export } from '@/composables/useExport'
import { addCounts, finished, keepSeen, readSeen } from './news'

afterEach(() => localStorage.clear())

const file = (over: Partial<Export>): Export => ({ id: '1', kind: 'charges', name: 'a.xlsx', state: 'ready', rows: 5_000, size: 1, clear: false, failure: '', created_at: '2026-11-22T10:00:00+08:00', ...over })

it.each([
  ['a long list that is ready', {}, 1],
  ['a short one, which was fetched at once', { rows: 2_000 }, 0],
  ['the whole project, however small', { kind: 'project', rows: 3 }, 1],
  ['one that is still being made', { state: 'waiting' }, 0],
  ['one that was not made', { state: 'failed', rows: 0 }, 1],
  ['one that is gone', { state: 'expired' }, 0],
] as const)('%s', (_, over, want) => expect(finished([file(over)])).toHaveLength(want))

it('what was seen stays seen, and the oldest is forgotten first', () => {
  keepSeen(['a', 'b'])
  keepSeen(['a', 'c'])
  expect([...readSeen()]).toEqual(['b', 'a', 'c'])
  keepSeen(Array.from({ length: 200 }, (_, n) => String(n)))
  expect(readSeen().has('c')).toBe(false)
  localStorage.setItem('linli.seen', '{broken')
  expect(readSeen().size).toBe(0)
})

it('counts of one page add up', () => {
  expect(addCounts(['3'])).toBe('3')
  expect(addCounts(['3', '50+'])).toBe('53+')
})
