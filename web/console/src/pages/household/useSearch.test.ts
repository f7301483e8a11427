import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import * as household from './api'
import type { Hit } from './api'
import { several, useSearch } from './useSearch'

const hit = (room: string): Hit => ({ room_id: room, label: `${room}室`, person_id: `p${room}`, name: '陈建国', phone_mask: '', part: 'owner', why: 'room' })
let scope = effectScope()
beforeEach(() => {
  vi.useFakeTimers()
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})
const start = (onPick: (h: Hit) => void, roomsOnly = false) => scope.run(() => useSearch(ref('7'), { limit: 8, roomsOnly, onPick }))!

it('an Enter that comes before the answer takes the first hit when it is there', async () => {
  vi.spyOn(household, 'searchHouseholds').mockResolvedValue({ items: [hit('11'), hit('12')] })
  const picked = vi.fn()
  const s = start(picked)
  s.query.value = '1502'
  await nextTick()
  s.enter()
  expect(picked).not.toHaveBeenCalled()
  await vi.runAllTimersAsync()
  expect(picked).toHaveBeenCalledExactlyOnceWith(hit('11'))
})
it('typing on takes the Enter back and only the last question counts', async () => {
  const asked = vi.spyOn(household, 'searchHouseholds').mockResolvedValue({ items: [hit('11')] })
  const s = start(vi.fn())
  s.query.value = '15'
  await nextTick()
  s.query.value = '1502'
  await nextTick()
  await vi.runAllTimersAsync()
  expect(asked).toHaveBeenCalledOnce()
  expect(asked.mock.calls[0]?.[1]).toBe('1502')
  expect(s.settled.value).toBe(true)
})
it('leaves people without a room out where only rooms help, and shows a label without asking', async () => {
  const asked = vi.spyOn(household, 'searchHouseholds').mockResolvedValue({ items: [hit(''), hit('12')] })
  const s = start(vi.fn(), true)
  s.show('3栋2单元1502')
  await nextTick()
  await vi.runAllTimersAsync()
  expect(asked).not.toHaveBeenCalled()
  s.query.value = 'chen'
  await nextTick()
  await vi.runAllTimersAsync()
  expect(s.hits.value.map((h) => h.room_id)).toEqual(['12'])
})

it('an Enter that comes before the answer waits for a choice when several fit alike', async () => {
  const one = { ...hit('11'), label: '1栋1单元1502' }
  vi.spyOn(household, 'searchHouseholds').mockResolvedValue({ items: [one, { ...hit('12'), label: '2栋1单元1502' }] })
  const picked = vi.fn()
  const s = start(picked)
  s.query.value = '1502'
  await nextTick()
  s.enter()
  await vi.runAllTimersAsync()
  expect(picked).not.toHaveBeenCalled()
  s.enter()
  expect(picked).toHaveBeenCalledExactlyOnceWith(one)
})
it('a plate finds the household of the vehicle, after those found otherwise; what cannot be one asks for no vehicles', async () => {
  vi.spyOn(household, 'searchHouseholds').mockResolvedValue({ items: [hit('11')] })
  const cars = vi.spyOn(household, 'searchByPlate').mockResolvedValue([{ ...hit('12'), why: 'plate', plate: '浙A12345' }])
  const s = start(vi.fn())
  s.query.value = '12345'
  await nextTick()
  await vi.runAllTimersAsync()
  expect(s.hits.value.map((h) => h.room_id)).toEqual(['11', '12'])
  cars.mockClear()
  s.query.value = '1502'
  await nextTick()
  await vi.runAllTimersAsync()
  expect(cars).not.toHaveBeenCalled()
  expect(s.hits.value.map((h) => h.room_id)).toEqual(['11'])
})
it.each<[string, Partial<Hit>[], boolean]>([
  ['two vehicles whose plates have the same end', [{ why: 'plate', person_id: '1' }, { why: 'plate', person_id: '2' }], true],
  ['the same number in two buildings', [{ label: '1栋1单元1502' }, { label: '2栋1502' }], true],
  ['a number and a longer one', [{ label: '1栋101' }, { label: '1栋1011' }], false],
  ['letters in numbers', [{ label: '1栋A-101' }, { label: '1栋B-101' }], false],
  ['two of one name', [{ why: 'name', person_id: '1' }, { why: 'name', person_id: '2' }], true],
  ['two rooms of one person', [{ why: 'name', person_id: '1' }, { why: 'name', person_id: '1' }], false],
  ['a name and a longer one', [{ why: 'name', person_id: '1', name: '陈佳' }, { why: 'name', person_id: '2', name: '陈佳怡' }], false],
  ['two whose phone ends so', [{ why: 'phone', person_id: '1' }, { why: 'phone', person_id: '2', name: '王秀英' }], true],
  ['a room and a phone', [{ label: '1栋5678' }, { why: 'phone', person_id: '2' }], false],
  ['one', [{}], false],
])('%s', (_, list, want) => expect(several(list.map((over, n) => ({ ...hit(String(n)), ...over })))).toBe(want))
