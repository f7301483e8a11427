import { beforeEach, expect, it } from 'vitest'
import { reactive } from 'vue'
import type { Session } from '@/api/session'
import type { Reading, SheetRow } from '../calls'
import { Kept, type Copy, type PhoneSheet } from './kept'

const DAY = 24 * 3_600_000
let rows: Map<string, Copy>, now: number, broken: boolean
const table = {
  all: () => (broken ? Promise.reject(new Error('private')) : Promise.resolve([...rows.values()])),
  one: (key: string) => (broken ? Promise.reject(new Error('private')) : Promise.resolve(rows.get(key))),
  // As the database of a browser does: what cannot be cloned is refused.
  put: (row: Copy) => (broken ? Promise.reject(new Error('private')) : (rows.set(row.key, structuredClone(row)), Promise.resolve())),
  drop: (key: string) => (rows.delete(key), Promise.resolve()),
}
const kept = () => new Kept(table, () => now)
const session = (id = '1') => reactive({ account: { id, name: '李雪梅', login: 'lixuemei' }, roles: [], permissions: ['meter.record'], projects: [] }) as Session
const water = { project: '7', kind: 'water', month: '2026-11' } as const
const sheet = (): PhoneSheet => ({ ...water, rows: ['a', 'b'].map((id) => ({ meter: { id } }) as SheetRow), at: now })

beforeEach(() => {
  rows = new Map()
  now = 1_000 * DAY
  broken = false
})

it('gives back who was signed in and his meters', async () => {
  await kept().keepSession(session())
  await kept().keepSheet('1', sheet())
  expect((await kept().session())?.account.name).toBe('李雪梅')
  expect(await kept().sheet('1', water)).toEqual(sheet())
  expect([await kept().sheet('1', { ...water, month: '2026-10' }), await kept().sheet('2', water)]).toEqual([null, null])
})
it('forgets everything at the sign-out, and what is of another account when that one signs in', async () => {
  await kept().keepSession(session())
  await kept().keepSheet('1', sheet())
  await kept().known(session('1'))
  expect(rows.size).toBe(2)
  await kept().known(session('2'))
  expect(rows.size).toBe(0)
  await kept().keepSession(session())
  await kept().known(null)
  expect([rows.size, await kept().session()]).toEqual([0, null])
})
it('keeps no right that was withdrawn, and no session of who never opened the page', async () => {
  await kept().known(session())
  expect(rows.size).toBe(0)
  await kept().keepSession(session())
  await kept().known({ ...session(), permissions: [] })
  expect((await kept().session())?.permissions).toEqual([])
})
it('is not used after seven days, and thrown away', async () => {
  await kept().keepSession(session())
  await kept().keepSheet('1', sheet())
  now += 7 * DAY
  expect(await kept().session()).not.toBeNull()
  now += 1
  expect([await kept().session(), await kept().sheet('1', water)]).toEqual([null, null])
  await kept().keepSession(session())
  expect([...rows.keys()]).toEqual(['session'])
})
it('knows that a reading has arrived', async () => {
  await kept().keepSheet('1', sheet())
  await kept().landed('7', 'b', '2026-11', { id: '9', value: 5 } as Reading)
  await kept().landed('7', 'a', '2026-10', { id: '8', value: 4 } as Reading)
  expect((await kept().sheet('1', water))?.rows.map((r) => r.reading?.value)).toEqual([undefined, 5])
})
it('stops nothing in a browser that keeps nothing', async () => {
  broken = true
  await kept().keepSession(session())
  await kept().keepSheet('1', sheet())
  await kept().known(null)
  expect([await kept().session(), await kept().sheet('1', water)]).toEqual([null, null])
})
