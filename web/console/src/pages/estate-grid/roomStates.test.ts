import { expect, it } from 'vitest'
import type { RoomState, RoomStates } from './api'
import { whole } from './api'
import { stands, unitsOf } from './roomStates'

const room = (extra: Partial<RoomState>): RoomState => ({
  id: '1', unit_id: 'u1', name: '101', label: '1栋1单元101', state: 'self', standing: 'paid', owed: 0, months_late: 0, ...extra,
})
const states = (rooms: RoomState[], units = [{ id: 'u1', name: '1单元' }, { id: 'u2', name: '2单元' }, { id: '', name: '' }]) =>
  ({ units, floors: [{ floor: 1, rooms }], standings: [], states: [] }) as unknown as RoomStates
const words = (rooms: RoomState[]) => unitsOf(states(rooms), '', '').flatMap((u) => u.rooms.map((r) => r.word))

it('says money before the state, and nothing where all is paid', () => {
  expect(words([room({ standing: 'overdue', months_late: 3 }), room({ standing: 'due' }), room({}), room({ state: 'unsold', standing: 'none' }), room({ state: 'undelivered', standing: 'none' })]))
    .toEqual(['欠3月', '待缴', undefined, '待售', '未交付'])
  expect(words([room({ state: 'unsold', standing: 'overdue', months_late: 1 })])).toEqual(['欠1月'])
})

it('gives no column to a unit without rooms and names the rest', () => {
  expect(unitsOf(states([room({}), room({ id: '2', unit_id: '' })]), '', '').map((u) => u.title)).toEqual(['1单元', '不分单元'])
  expect(unitsOf(states([room({ unit_id: '' })], [{ id: '', name: '' }]), '', '').map((u) => u.title)).toEqual([''])
})

it('shows no money to those who may not read it', () => {
  const [cell] = unitsOf(states([room({ standing: '' })]), '', '')[0]!.rooms
  expect('money' in cell!).toBe(false)
})

it('keeps in sight what is chosen and what is looked for', () => {
  const late = room({ standing: 'overdue', state: 'rented', name: '1502a' })
  expect([stands(late, '', ''), stands(late, 'overdue', ''), stands(late, 'rent', ''), stands(late, 'empty', '')]).toEqual([true, true, true, false])
  expect([stands(late, '', ' 502A '), stands(late, 'overdue', '77')]).toEqual([true, false])
})

it('fills in what the answer leaves out', () => {
  const sent = { building_name: '3栋', money: true, units: [{ id: 'u1', name: '1单元' }, { id: '', name: '' }],
    floors: [{ floor: 1, rooms: [{ id: '1', unit_id: 'u1', name: '101', state: 'self' }, { id: '2', name: '商铺1', label: '3栋底商1', state: 'self', standing: 'overdue', owed: 500, months_late: 2 }] }] }
  const rooms = (money: boolean) => whole({ ...sent, money } as unknown as Parameters<typeof whole>[0]).floors[0]!.rooms
  expect(rooms(true)).toEqual([
    { id: '1', unit_id: 'u1', name: '101', label: '3栋1单元101', state: 'self', standing: 'paid', owed: 0, months_late: 0 },
    { id: '2', unit_id: '', name: '商铺1', label: '3栋底商1', state: 'self', standing: 'overdue', owed: 500, months_late: 2 },
  ])
  expect(rooms(false)[0]!.standing).toBe('')
})
