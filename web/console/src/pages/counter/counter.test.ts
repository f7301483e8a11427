import { describe, expect, it } from 'vitest'
import type { OpenCharge, Receipt, Seat } from './api'
import { areaText, columnsOf, groupsAfter, groupsOf, keepChoice, leftAfter, orderOf, planOf, quickAmounts, takingOf, type Entry } from './counter'

const now = '2026-11-20T06:26:00Z'
const room = (id: string, label: string) => ({ id, label, kind: 'home', state: 'self', area: 11842 })
function charge(id: string, over: Partial<OpenCharge> = {}): OpenCharge {
  return { charge_id: id, room_id: '1', payer_id: '5', room_label: '3栋2单元1502', item_id: '9', item_name: '物业服务费', month: '2026-09', due_date: '2026-09-30', overdue_days: 51, amount: 26052, left: 26052, ...over }
}
function seatOf(charges: OpenCharge[], prepaid = 0): Seat {
  return {
    room: room('1', '3栋2单元1502'), rooms: [room('2', '7栋1单元802'), room('1', '3栋2单元1502')], payer_id: '5', payer_name: '陈建国', phone_mask: '138****5678',
    charges, owed: charges.reduce((n, c) => n + c.left, 0), overdue: 0, prepaid, prepaid_for: [], prepay_items: [], former: [], policy: 'statutory', policy_name: '先到期先还', choice: true, ahead_months: 12, round_to: 0, online: [], scans: [], open_order_id: '', late_fees: [], late_owed: 0,
  }
}
const three = [charge('a'), charge('b', { month: '2026-10', due_date: '2026-10-31' }), charge('c', { room_id: '2', room_label: '7栋1单元802', month: '2026-11', due_date: '2026-11-30', amount: 22293, left: 22293 })]
const entry = (over: Partial<Entry> = {}): Entry => ({ method: 'cash', typed: null, usePrepaid: false, keepChange: false, ...over })

describe('the matrix of a household', () => {
  it('puts the room that was asked for first', () => {
    expect(groupsOf(seatOf(three)).map((g) => g.id)).toEqual(['1', '2'])
    expect(groupsOf(seatOf(three))[0]?.facts).toBe('住宅 118.42㎡ · 自住')
  })
  it('gives the same fee twice in a month a row of its own', () => {
    const rows = groupsOf(seatOf([charge('a'), charge('b')]))[0]!.rows
    expect(rows.map((r) => [r.id, r.hint, r.cells['2026-09']?.id])).toEqual([['9', undefined, 'a'], ['9#2', '第 2 笔', 'b']])
  })
  it('names months in order with the earliest due day', () => {
    const columns = columnsOf([charge('b', { month: '2026-11', due_date: '2026-11-30' }), charge('a'), charge('c', { due_date: '2026-09-15' })], now)
    expect(columns.map((c) => [c.title, c.sub, c.tone])).toEqual([['9月', '逾期 66 天', 'overdue'], ['11月', '11-30 到期', 'due']])
  })
  it('after a receipt shows a paid room as settled and what stays of the others', () => {
    const receipt = { lines: [{ charge_id: 'a', amount: 26052 }, { charge_id: 'b', amount: 26052 }, { charge_id: 'c', amount: 2293 }] } as Receipt
    const seat = seatOf(three)
    expect(leftAfter(seat, receipt).map((c) => [c.charge_id, c.left])).toEqual([['c', 20000]])
    expect(groupsAfter(seat, receipt).map((g) => [g.id, g.settled, Object.values(g.rows[0]!.cells).map((c) => c?.fen)])).toEqual([['1', '已缴', [26052, 26052]], ['2', undefined, [20000]]])
  })
})

describe('a code that is scanned', () => {
  it('asks for what is in the field, for the chosen charges', () => {
    const seat = seatOf(three)
    const e = entry({ method: 'wechat', typed: 26052 })
    expect(orderOf(seat, ['a'], planOf(seat, ['a'], e), 'wechat', false)).toEqual({ channel: 'wechat', room_id: '1', amount: 26052, expected_owed: seat.owed, charge_ids: ['a'] })
    const fee = { charge_id: 'a', item_name: '物业服务费', month: '2026-09', due_date: '2026-09-30', days: 3, total: 300, charged: 0, waived: 0, left: 300, lines: [], room_id: '1', room_label: '' } as unknown as Seat['late_fees'][number]
    const late = { ...seat, late_fees: [fee], late_owed: 300 }
    expect(orderOf(late, ['a'], planOf(late, ['a'], { ...e, late: true }), 'wechat', false, '', true)).toMatchObject({ charge_ids: ['a'], late_charge_ids: ['a'], expected_late: 300 })
    expect(orderOf(late, ['a'], planOf(late, ['a'], e), 'wechat', false)).not.toHaveProperty('expected_late')
    expect(orderOf(seat, ['a', 'b', 'c'], planOf(seat, ['a', 'b', 'c'], e), 'alipay', true)).toEqual({ channel: 'alipay', room_id: '1', amount: 26052, expected_owed: seat.owed, confirmed: true })
  })
  it('never becomes money entered by hand', () => {
    const seat = seatOf(three)
    for (const method of ['wechat', 'alipay'] as const) {
      const e = entry({ method, typed: 26052 })
      expect(takingOf(seat, ['a'], e, planOf(seat, ['a'], e), {}, false).pays).toEqual([])
    }
  })
})

describe('what an amount means', () => {
  const seat = seatOf(three, 12640)
  it('cash above what is due is change', () => {
    expect(planOf(seat, ['a'], entry({ typed: 30000 }))).toMatchObject({ due: 26052, money: 26052, amount: 26052, change: 3948, toPrepay: 0, short: 0, staysOwed: 48345 })
  })
  it('cash that is kept, and money by card, goes to the wallet', () => {
    expect(planOf(seat, ['a'], entry({ typed: 30000, keepChange: true }))).toMatchObject({ money: 30000, change: 0, toPrepay: 3948 })
    expect(planOf(seat, ['a'], entry({ typed: 30000, method: 'card' }))).toMatchObject({ money: 30000, change: 0, toPrepay: 3948 })
  })
  it('less is a part payment', () => {
    expect(planOf(seat, ['a'], entry({ typed: 10000 }))).toMatchObject({ amount: 10000, change: 0, short: 16052, staysOwed: 64397 })
  })
  it('nothing chosen means everything owed', () => {
    expect(planOf(seat, [], entry({ typed: 100 })).due).toBe(74397)
  })
  it('prepaid money lowers what is needed and never exceeds what is due', () => {
    expect(planOf(seat, ['a'], entry({ typed: 13412, usePrepaid: true }))).toMatchObject({ prepaid: 12640, need: 13412, amount: 26052, change: 0, short: 0 })
    expect(planOf(seatOf([charge('a')], 99999), ['a'], entry({ typed: 5, usePrepaid: true }))).toMatchObject({ prepaid: 26052, need: 0, money: 0, amount: 26052, toPrepay: 0 })
  })
  it('money that was set aside for one fee pays that fee only, and what is prepaid may be set aside', () => {
    const aside = { ...seatOf([charge('a'), { ...charge('b'), item_id: '8' }], 30000), prepaid_for: [{ item_id: '8', item_name: '水费', amount: 20000 }] }
    expect(planOf(aside, ['a'], entry({ usePrepaid: true }))).toMatchObject({ prepaid: 10000 })
    expect(planOf(aside, ['b'], entry({ usePrepaid: true }))).toMatchObject({ prepaid: 26052, need: 0 })
    expect(planOf(aside, [], entry({ usePrepaid: true }))).toMatchObject({ prepaid: 30000 })
    const kept = entry({ typed: 50000, keepChange: true, prepayItem: '9' })
    const plan = planOf(seatOf([charge('a')]), [], kept)
    expect(takingOf(seatOf([charge('a')]), [], kept, plan, {}, false).prepay_item_id).toBe('9')
    const exact = entry({ typed: 26052, prepayItem: '9' })
    expect(takingOf(seatOf([charge('a')]), [], exact, planOf(seatOf([charge('a')]), [], exact), {}, false).prepay_item_id).toBeUndefined()
  })
  it('cash comes in whole units where the project lets the rest go, and only when it pays all', () => {
    const odd = { ...seatOf([charge('a', { amount: 25137, left: 25137 })], 1000), round_to: 100 as const }
    expect(planOf(odd, [], entry({ typed: 25100 }))).toMatchObject({ due: 25137, odd: 37, rounded: 37, need: 25100, money: 25100, change: 0, short: 0, toPrepay: 0, staysOwed: 0 })
    expect(planOf(odd, [], entry({ typed: 30000 }))).toMatchObject({ rounded: 37, money: 25100, change: 4900 })
    expect(planOf(odd, [], entry({ typed: 25000 }))).toMatchObject({ odd: 37, rounded: 0, short: 137, staysOwed: 137 })
    expect(planOf(odd, [], entry({ typed: 25137, round: false }))).toMatchObject({ odd: 37, rounded: 0, need: 25137, money: 25137, short: 0 })
    expect(planOf(odd, [], entry({ typed: 25137, method: 'card' }))).toMatchObject({ odd: 0, rounded: 0, money: 25137 })
    expect(planOf({ ...odd, round_to: 10 }, [], entry({ typed: 25130 }))).toMatchObject({ rounded: 7, money: 25130 })
    const mixed = entry({ typed: 15100, parts: [{ method: 'card', amount: 10000 }] })
    expect(takingOf(odd, [], mixed, planOf(odd, [], mixed), {}, false)).toMatchObject({ pays: [{ method: 'card', amount: 10000 }, { method: 'cash', amount: 15100 }], rounded: 37, tendered: 15100 })
    const first = entry({ typed: 10037, method: 'card', parts: [{ method: 'cash', amount: 15100 }] })
    expect(takingOf(odd, [], first, planOf(odd, [], first), {}, false).rounded).toBeUndefined()
    expect(planOf({ ...odd, charges: [charge('a', { amount: 37, left: 37 })] }, [], entry({ typed: 37 }))).toMatchObject({ odd: 0, money: 37 })
  })
  it('money from a household that owes nothing is prepaid', () => {
    expect(planOf(seatOf([]), [], entry({ typed: 50000 }))).toMatchObject({ due: 0, money: 50000, toPrepay: 50000, change: 0 })
  })
})

describe('what is sent', () => {
  const seat = seatOf(three, 12640)
  const sent = (chosen: string[], e: Entry, confirmed = false) => takingOf(seat, chosen, e, planOf(seat, chosen, e), { reference: ' 88 ' }, confirmed)
  it('names charges only when some are left out', () => {
    expect(sent(['a'], entry({ typed: 30000 }))).toEqual({ room_id: '1', charge_ids: ['a'], pays: [{ method: 'cash', amount: 26052 }], tendered: 30000, expected_owed: 74397 })
    expect(sent(['a', 'b', 'c'], entry({ typed: 74397 })).charge_ids).toBeUndefined()
    expect(sent([], entry({ typed: 100 })).charge_ids).toBeUndefined()
  })
  it('pays late fees along, or names the charges to leave them', () => {
    const fee = { charge_id: 'a', room_id: '1', room_label: '3栋2单元1502', item_name: '物业服务费', month: '2026-09', due_date: '2026-09-30', days: 51, total: 664, charged: 0, waived: 0, left: 664, lines: [] }
    const late = { ...seat, late_fees: [fee], late_owed: 664 }
    const body = (chosen: string[], with_: boolean) => takingOf(late, chosen, entry({ typed: 100, late: with_ }), planOf(late, chosen, entry({ typed: 100, late: with_ })), {}, false)
    expect(planOf(late, [], entry({ typed: null, late: true })).due).toBe(late.owed + 664)
    expect(body([], true)).toMatchObject({ expected_late: 664 })
    expect(body([], true).charge_ids).toBeUndefined()
    expect(body([], false).charge_ids).toEqual(late.charges.map((c) => c.charge_id))
    expect(body(['a'], true)).toMatchObject({ charge_ids: ['a'], late_charge_ids: ['a'] })
    expect(body(['b'], true).late_charge_ids).toBeUndefined()
  })
  it('carries the voucher of a transfer, the wallet as shown, and the confirmation', () => {
    expect(sent(['a'], entry({ typed: 13412, method: 'transfer', usePrepaid: true }), true)).toEqual({
      room_id: '1', charge_ids: ['a'], pays: [{ method: 'prepay', amount: 12640 }, { method: 'transfer', amount: 13412, reference: '88' }],
      expected_owed: 74397, expected_prepaid: 12640, confirmed: true,
    })
  })
})

it.each([[109483, [109500, 110000, 120000]], [2350, [2400, 3000, 5000]], [30000, [40000, 50000, 100000]], [0, []]])('for %s fen people hand over %j', (need, sums) => {
  expect(quickAmounts(need)).toEqual(sums)
})
it('a refresh keeps what was left out and takes what is new', () => {
  expect(keepChoice(three, ['a', 'b'], [...three.slice(1), charge('d')])).toEqual(['b', 'd'])
  expect(keepChoice(three, [], three)).toEqual([])
})
it.each([[11842, '118.42'], [12000, '120'], [8950, '89.5'], [5, '0.05']])('%s is %s ㎡', (n, text) => expect(areaText(n)).toBe(text))
