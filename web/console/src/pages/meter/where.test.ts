import { expect, it } from 'vitest'
import { placeName, whereOf } from './where'

const buildings = [{ id: '3', name: '3栋' }]
const units = [{ id: '31', name: '1单元' }, { id: '32', name: '2单元' }]

it.each([
  ['', '', {}, '全项目'],
  ['3', '', { building_id: '3' }, '3栋'],
  ['3', '32', { building_id: '3', unit_id: '32' }, '3栋2单元'],
  ['', '32', {}, '全项目'],
])('building %s, unit %s', (building, unit, sent, name) => {
  expect(whereOf(building, unit)).toEqual(sent)
  expect(placeName(whereOf(building, unit), buildings, units, '全项目')).toBe(name)
})
