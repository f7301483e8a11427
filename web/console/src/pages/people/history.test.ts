import { expect, it } from 'vitest'
import { changesOf } from './history'

const json = JSON.stringify
it('a changed room is said in the words of the page', () => {
  const old = { Name: '101', Label: '1栋101', Floor: 0, Kind: 'home', Area: 8930, State: 'vacant', Handover: '', Version: 1, Payer: '7' }
  expect(changesOf('room', json(old), json({ ...old, Floor: 1, Kind: 'shop', Area: 9000, State: 'rented', Handover: '2026-02-03', Version: 2, Payer: '9' })).map((c) => [c.name, c.before, c.after])).toEqual([
    ['楼层', '–', '1'], ['类型', '住宅', '商铺'], ['建筑面积', '89.30 ㎡', '90.00 ㎡'], ['房屋状态', '空置', '出租'], ['交付日期', '–', '2026-02-03'],
  ])
})
it('a person and what somebody is to a room, too', () => {
  expect(changesOf('person', json({ Kind: 'person', Gender: '' }), json({ Kind: 'company', Gender: 'male' })).map((c) => [c.before, c.after])).toEqual([['个人', '单位'], ['–', '男']])
  expect(changesOf('room', json({ Part: 'tenant', Share: 0, Payer: false }), json({ Part: 'tenant', Share: 3333, Payer: true })).map((c) => [c.name, c.before, c.after])).toEqual([['产权份额', '–', '33.33%'], ['缴费人', '否', '是']])
})
it('what is new has nothing before, zero is not recorded', () => {
  expect(changesOf('room', '', json({ Name: '101', Area: 0, Floor: 0 })).map((c) => [c.name, c.before, c.after])).toEqual([['房号', '–', '101']])
})
