import { describe, expect, it } from 'vitest'
import type { Amendable, AmendableRoom } from './api'
import { keyOf, picksOf, roomPicks } from './amendable'
import { monthBy } from './useMonths'

const row = (month: string, amount: number, why = '') => ({ item_id: '7', item_name: '物业服务费', month, was: 22375, done: 0, due: 22375 + amount, amount, causes: [], lines: [], why,
  effects: amount > 0 ? [{ payer_id: '1', payer_name: '住户甲', former: true, more: amount, credited: 0, returned: 0 }] : [{ payer_id: '2', payer_name: '住户乙', former: false, more: 0, credited: 100, returned: -amount - 100 }] }) as Amendable

describe('monthBy', () => {
  it('crosses years both ways', () => {
    expect([monthBy('2026-01', -1), monthBy('2026-12', 1), monthBy('2026-06', -5), monthBy('2026-03', 0)]).toEqual(['2025-12', '2027-01', '2026-01', '2026-03'])
  })
})

describe('picksOf', () => {
  it('takes what is chosen and still differs, with what more and less come to, and for whom', () => {
    const rows = [row('2026-01', 625), row('2026-02', -375), row('2026-03', 0), row('2026-04', 625), row('2026-05', -200)]
    const chosen = [rows[0]!, rows[1]!, rows[2]!, rows[4]!].map(keyOf)
    expect(picksOf(rows, chosen)).toEqual({
      lines: [{ item_id: '7', month: '2026-01', seen_amount: 625 }, { item_id: '7', month: '2026-02', seen_amount: -375 }, { item_id: '7', month: '2026-05', seen_amount: -200 }], plus: 625, minus: 575,
      effects: [{ payer_id: '1', payer_name: '住户甲', former: true, more: 625, credited: 0, returned: 0 }, { payer_id: '2', payer_name: '住户乙', former: false, more: 0, credited: 200, returned: 375 }],
    })
  })
})

describe('roomPicks', () => {
  it('asks for what the list showed of each room', () => {
    const room = (id: string, plus: number, minus: number) => ({ room_id: id, room_label: id, months: 1, plus, minus, causes: [] }) as AmendableRoom
    expect(roomPicks([room('1', 625, 0), room('2', 300, 375)])).toEqual({
      rooms: [{ room_id: '1', seen_plus: 625, seen_minus: 0 }, { room_id: '2', seen_plus: 300, seen_minus: 375 }], plus: 925, minus: 375,
    })
  })
})
