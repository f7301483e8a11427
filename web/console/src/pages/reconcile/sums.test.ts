import { describe, expect, it } from 'vitest'
import { differenceSums } from './sums'

const none = { count: 0, fees: 0, there: 0, here: 0, back_there: 0, back_here: 0 }
describe('合计 of differences', () => {
  it('keeps payments and refunds apart and says that fees are not in it', () => {
    expect(differenceSums({ ...none, count: 5, fees: 1, there: 30000, here: 10000, back_there: 2000 })).toEqual([
      { label: '合计 5 条，收款（不含手续费 1 条）', values: { there: 30000, here: 10000 }, yuan: true },
      { label: '退款', values: { there: 2000, here: 0 }, yuan: true },
    ])
    expect(differenceSums({ ...none, count: 2, back_here: 500 }).map((s) => s.label)).toEqual(['合计 2 条，退款'])
    expect(differenceSums({ ...none, count: 3, there: 1 }).map((s) => s.label)).toEqual(['合计 3 条'])
  })
  it('stands nowhere without rows', () => expect([differenceSums(undefined), differenceSums(none)]).toEqual([[], []]))
})
