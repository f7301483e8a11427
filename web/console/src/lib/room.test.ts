import { expect, it } from 'vitest'
import { formatRoom, parseRoom, shortRoom } from './room'

it.each([
  [{ building: '3', unit: '2', number: '1502' }, '3栋2单元1502', '3-2-1502'],
  [{ building: '6', number: '底商03' }, '6栋底商03', '6-底商03'],
  [{ building: 'A座', unit: null, number: '2001' }, 'A座2001', 'A-2001'],
])('%o is written %s and %s', (room, long, short) => {
  expect(formatRoom(room)).toBe(long)
  expect(shortRoom(room)).toBe(short)
})

it.each([
  ['3-2-1502', { building: '3', unit: '2', number: '1502' }],
  ['３－２－１５０２', { building: '3', unit: '2', number: '1502' }],
  ['3#2-1502', { building: '3', unit: '2', number: '1502' }],
  ['3 2 1502', { building: '3', unit: '2', number: '1502' }],
  ['3栋2单元1502室', { building: '3', unit: '2', number: '1502' }],
  ['12号楼1501', { building: '12', number: '1501' }],
  ['6-底商03', { building: '6', number: '底商03' }],
])('%s is a room', (text, room) => expect(parseRoom(text)).toEqual(room))

it.each(['陈建国', '13812345678', '0571-87654321', '', 'chenjianguo', '浙A·7K2M6'])('%s is no room', (text) => {
  expect(parseRoom(text)).toBeNull()
})
