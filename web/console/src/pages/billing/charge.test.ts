import { describe, expect, it } from 'vitest'
import { chargeQuery, chargeStatus, type ChargeFilter } from './charge'
import type { Charge } from './types'

const none: ChargeFilter = { q: '', month: '', item: '', state: '', building: '', over: 0, room: '', run: '' }

describe('the filters', () => {
  it('ask for nothing that is not chosen', () => expect(chargeQuery(none)).toEqual({}))
  it('take one month as both ends', () => {
    expect(chargeQuery({ ...none, q: '3-2', month: '2026-11', item: '5', building: '6', state: 'open', over: 90, room: '7', run: '8' })).toEqual({
      q: '3-2', from_month: '2026-11', until_month: '2026-11', item_id: '5', building_id: '6', state: ['open'], days_over: 90, room_id: '7', run_id: '8',
    })
  })
  it('leave an address written by hand without effect', () => expect(chargeQuery({ ...none, month: '11月', state: 'x' })).toEqual({}))
})

it.each([
  [{ state: 'unpaid', paid: 0, days_over: 0 }, '待缴', 'due', false],
  [{ state: 'partial', paid: 1, days_over: 0 }, '部分已缴', 'info', false],
  [{ state: 'overdue', paid: 0, days_over: 20 }, '逾期 20 天', 'overdue', false],
  [{ state: 'overdue', paid: 1, days_over: 1051 }, '逾期 1,051 天', 'overdue', true],
  [{ state: 'paid', paid: 5, days_over: 0 }, '已缴', 'paid', false],
] as const)('%o reads %s', (charge, text, tone, partly) => {
  expect(chargeStatus(charge as unknown as Charge)).toEqual({ text, tone, partly })
})
