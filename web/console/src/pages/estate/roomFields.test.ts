import { describe, expect, it } from 'vitest'
import { parseFloor, parseShare, roomBody, roomFields, roomRules } from './roomFields'

describe('the room form', () => {
  it.each([['15', 15], ['-1', -1], ['－１', -1], ['', 0], ['301', null], ['-21', null], ['B1', null], ['1.5', null]])('floor %s is %s', (text, floor) => expect(parseFloor(text)).toBe(floor))
  it.each([['50', 5000], ['33.33%', 3333], ['100', 10_000], ['', 0], ['100.01', null], ['半', null]])('share %s is %s', (text, share) => expect(parseShare(text)).toBe(share))
  it('refuses an inner area above the built one, but not when the built one is unknown', () => {
    const form = { ...roomFields(null, '5'), name: '1502', area: '89.50', inner: '90' }
    expect(roomRules(form).inner_area).toMatch('不能大于')
    expect(roomRules({ ...form, area: '' }).inner_area).toBeNull()
    expect(roomRules({ ...form, building: '' }).building_id).toMatch('选择楼栋')
  })
  it('says of an area below nothing that it must be more, not that it is no number', () => {
    const form = { ...roomFields(null, '5'), name: '1502' }
    expect(roomRules({ ...form, area: '-5', inner: '－3.2' })).toMatchObject({ area: '面积要大于 0，例如 89.50', inner_area: '面积要大于 0，例如 89.50' })
    expect(roomRules({ ...form, area: '八十' }).area).toMatch('应为数字')
  })
  it('sends integers', () => {
    expect(roomBody({ ...roomFields(null, '5'), name: ' 1502 ', floor: '15', area: '89.5' })).toMatchObject({ name: '1502', floor: 15, area: 8950, inner_area: 0 })
  })
})
