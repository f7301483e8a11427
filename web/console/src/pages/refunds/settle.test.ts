import { describe, expect, it } from 'vitest'
import type { Seat } from '@/pages/counter/api'
import { debtsOf, splitOf, tickedAtFirst } from './settle'

const seat = {
  late_fees: [{ charge_id: '7', item_name: '物业服务费', month: '2026-10', room_label: '1栋101', left: 2000 }],
  charges: [{ charge_id: '7', item_name: '物业服务费', month: '2026-10', room_label: '1栋101', left: 100000 }],
  former: [{ payer_name: '前业主', charges: [{ charge_id: '3', item_name: '水费', month: '2026-08', room_label: '1栋101', left: 500 }] }],
} as unknown as Seat

describe('what a deposit pays', () => {
  const debts = debtsOf(seat)
  it('lists late fees apart from what they are of, and names who moved out', () => {
    expect(debts.map((d) => [d.key, d.name, d.late, d.who])).toEqual([['l7', '物业服务费违约金', true, ''], ['7', '物业服务费', false, ''], ['3', '水费', false, '前业主']])
  })
  it('leaves debts of others unticked, but for the owner of the deposit', () => {
    expect(tickedAtFirst(debts, '住户甲')).toEqual(['l7', '7'])
    expect(tickedAtFirst(debts, '前业主')).toEqual(['l7', '7', '3'])
  })
  it.each([[300000, ['l7', '7'], 102000, 198000], [50000, ['l7', '7'], 50000, 0], [300000, [], 0, 300000]])('splits %d', (held, ticked, settle, most) => {
    expect(splitOf(held, debts, ticked)).toMatchObject({ settle, most })
  })
})
