import { expect, it } from 'vitest'
import { changesOf } from './history'

const json = JSON.stringify
it('a changed room is said in the words of the page', () => {
  const old = { Name: '101', Label: '1栋101', Floor: 0, Kind: 'home', Area: 8930, State: 'vacant', Handover: '', Version: 1, Payer: '7' }
  expect(changesOf('room', json(old), json({ ...old, Floor: 1, Kind: 'shop', Area: 9000, State: 'rented', Handover: '2026-02-03', Version: 2, Payer: '9' })).map((c) => [c.name, c.before, c.after])).toEqual([
    ['楼层', '–', '1'], ['类型', '住宅', '商铺'], ['建筑面积', '89.30 ㎡', '90.00 ㎡'], ['房屋状态', '空置', '出租'], ['交付日期', '–', '2026-02-03'],
  ])
})
it('the state of a project is not that of a room', () => {
  expect(changesOf('project', '', json({ State: 'active' })).map((c) => c.name)).toEqual(['状态'])
})
it('a person and what somebody is to a room, too', () => {
  expect(changesOf('person', json({ Kind: 'person', Gender: '' }), json({ Kind: 'company', Gender: 'male' })).map((c) => [c.before, c.after])).toEqual([['个人', '单位'], ['–', '男']])
  expect(changesOf('room', json({ Part: 'tenant', Share: 0, Payer: false }), json({ Part: 'tenant', Share: 3333, Payer: true })).map((c) => [c.name, c.before, c.after])).toEqual([['产权份额', '–', '33.33%'], ['缴费人', '否', '是']])
})
it('what is new has nothing before, zero is not recorded', () => {
  expect(changesOf('room', '', json({ Name: '101', Area: 0, Floor: 0 })).map((c) => [c.name, c.before, c.after])).toEqual([['房号', '–', '101']])
})
it('somebody who moves in and does not pay in the owner’s place is told without it', () => {
  expect(changesOf('room', '', json({ Part: 'family', Payer: false, Share: 0 })).map((c) => [c.name, c.after])).toEqual([['关系', '家属']])
})
it('an import tells only what it changed; another number behind the same mask is told, too', () => {
  expect(changesOf('room', json({ Area: 8930, State: 'vacant' }), json({ Area: 9010, State: 'self' })).map((c) => [c.name, c.before, c.after])).toEqual([['建筑面积', '89.30 ㎡', '90.10 ㎡'], ['房屋状态', '空置', '自住']])
  expect(changesOf('person', '', json({ PhoneMask: '另一个号码' })).map((c) => [c.name, c.after])).toEqual([['手机号', '另一个号码']])
})
it('a wish for bills alone, too', () => {
  expect(changesOf('person', json({ Wish: 'bills_and_reminders' }), json({ Wish: 'bills_only' })).map((c) => [c.name, c.before, c.after])).toEqual([['账单和提醒', '账单和提醒都发', '只发账单']])
})
it('a price goes from one to the next', () => {
  const rate = { ID: '1', From: '2025-01-01', Price: 2000000, Formula: '', SourceKind: 'contract', SourceText: '合同第 3 条', CreatedBy: '程颐', Tariff: null }
  expect(changesOf('item', json(rate), json({ ...rate, ID: '2', From: '2026-12-01', Price: 2355000, SourceKind: 'vote', SourceText: '业主大会' })).map((c) => [c.name, c.before, c.after])).toEqual([
    ['从哪天起', '2025-01-01', '2026-12-01'], ['单价', '2.00', '2.355'], ['依据', '合同', '业主大会表决'], ['文号或说明', '合同第 3 条', '业主大会'],
  ])
  expect(changesOf('item', '', json({ Price: 50 })).map((c) => [c.before, c.after])).toEqual([['–', '0.00005']])
})
it('a building and a project, too', () => {
  expect(changesOf('building', json({ Name: '1栋', Floors: 0 }), json({ Name: '一栋', Floors: 18 })).map((c) => [c.name, c.before, c.after])).toEqual([['名称', '1栋', '一栋'], ['总层数', '–', '18']])
  expect(changesOf('project', json({ State: 'active' }), json({ State: 'closed' })).map((c) => [c.before, c.after])).toEqual([['在管', '已撤出']])
})
