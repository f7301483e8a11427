import { describe, expect, test } from 'vitest'
import { parseKeep, standing } from './discount'
import type { Discount } from './types'

describe('the share that stays to be paid', () => {
  test.each([['98', 9800], ['66.67', 6667], ['90%', 9000], ['９０', 9000], ['0', 0], ['7.5', 750], ['100', null], ['-5', null], ['66.667', null], ['', null], ['九折', null]])('%s', (text, keep) => {
    expect(parseKeep(text)).toBe(keep)
  })
})

describe('where a discount stands', () => {
  const one = (over: Partial<Discount>) => ({ state: 'approved', effective_date: '2026-01-01', ...over }) as Discount
  test.each([
    [one({}), '已批准'],
    [one({ until_date: '2026-06-30' }), '已结束'],
    [one({ until_date: '2026-12-31' }), '已批准'],
    [one({ until_date: '2025-12-31' }), '已结束'],
    [one({ state: 'asked', until_date: '2026-06-30' }), '待批准'],
  ])('%#', (d, words) => expect(standing(d, '2026-09-01').words).toBe(words))
})
