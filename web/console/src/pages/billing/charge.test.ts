import { describe, expect, it } from 'vitest'
import { chargeQuery, chargeStatus, rangeWords, type ChargeFilter } from './charge'
import type { Charge } from './types'

const none: ChargeFilter = { q: '', month: '', item: '', state: '', building: '', over: 0, room: '', run: '', until: '', due_from: '', due_until: '' }

describe('the filters', () => {
  it('ask for nothing that is not chosen', () => expect(chargeQuery(none)).toEqual({}))
  it('take one month as both ends', () => {
    expect(chargeQuery({ ...none, q: '3-2', month: '2026-11', item: '5', building: '6', state: 'open', over: 90, room: '7', run: '8' })).toEqual({
      q: '3-2', from_month: '2026-11', until_month: '2026-11', item_id: '5', building_id: '6', state: ['open'], days_over: 90, room_id: '7', run_id: '8',
    })
  })
  it('take what a report leads to: several months, a range of due days', () => {
    expect(chargeQuery({ ...none, month: '2026-01', until: '2026-11' })).toEqual({ from_month: '2026-01', until_month: '2026-11' })
    expect(chargeQuery({ ...none, until: '2025-12' })).toEqual({ until_month: '2025-12' })
    expect(chargeQuery({ ...none, state: 'open', due_from: '2026-08-24', due_until: '2026-10-22' })).toEqual({ state: ['open'], due_from: '2026-08-24', due_until: '2026-10-22' })
  })
  it.each([
    [{}, ''], [{ month: '2026-11' }, ''],
    [{ month: '2026-01', until: '2026-11' }, '账期 2026-01 至 2026-11'], [{ until: '2025-12' }, '账期 2025-12 及以前'],
    [{ due_from: '2026-11-22' }, '应缴日 2026-11-22 起'], [{ due_until: '2023-11-21', until: '2026-11' }, '账期 2026-11 及以前，应缴日 2023-11-21 及以前'],
  ])('say so: %o', (f, words) => expect(rangeWords({ ...none, ...f })).toBe(words))
  it('leave an address written by hand without effect', () => expect(chargeQuery({ ...none, month: '11月', state: 'x', until: '12', due_from: 'x', due_until: '2026' })).toEqual({}))
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
