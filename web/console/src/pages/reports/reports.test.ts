import { describe, expect, it } from 'vitest'
import { accountCode, ageQuery, days, earlier, inTrust, lastDay, percent, rateOf, rateQuery } from './reports'

describe('reports', () => {
  it('knows the last day of a month', () => {
    expect(['2026-02', '2028-02', '2026-11', '2026-12'].map(lastDay)).toEqual(['2026-02-28', '2028-02-29', '2026-11-30', '2026-12-31'])
  })
  it('writes rates with two places', () => {
    expect([0, 5, 9388, 10000].map(percent)).toEqual(['0.00%', '0.05%', '93.88%', '100.00%'])
  })
  it('reads a typed percent, and nothing beyond it', () => {
    expect(['10', '12.5', ' 8.25% ', '100', '0', '100.01', '1.234', '', 'x'].map(rateOf)).toEqual([1000, 1250, 825, 10000, null, null, null, null, null])
  })
  it('leads from a bucket of ages to exactly its due days', () => {
    expect(ageQuery({ due_from: '2026-08-24', due_until: '2026-10-22' })).toEqual({ state: 'open', due_from: '2026-08-24', due_until: '2026-10-22' })
    expect(ageQuery({ due_from: '2026-11-22', due_until: '' })).toEqual({ state: 'open', due_from: '2026-11-22' })
  })
  it('leads from a rate to the months it is about', () => {
    expect(rateQuery('current', '2026-01', '2026-11')).toEqual({ month: '2026-01', until: '2026-11' })
    expect(rateQuery('current', '2026-11', '2026-11')).toEqual({ month: '2026-11' })
    expect(rateQuery('arrears', '2026-01', '2026-11')).toEqual({ until: '2025-12', state: 'open' })
    expect(rateQuery('arrears', '2026-11', '2026-11')).toEqual({ until: '2026-10', state: 'open' })
    expect(rateQuery('whole', '2026-11', '2026-11')).toEqual({ until: '2026-11' })
  })
  it('knows the days of some months up to the day that is seen', () => {
    expect(days(['2026-09', '2026-10', '2026-11'], '2026-11-20')).toEqual({ from: '2026-09-01', until: '2026-11-20' })
    expect(days(['2026-02'], '2026-11-20')).toEqual({ from: '2026-02-01', until: '2026-02-28' })
  })
  it('leads to the months by commission only where they follow each other', () => {
    const months = ['2026-01', '2026-02', '2026-03', '2026-04']
    expect(inTrust(months, ['', 'a', 'b', ''])).toEqual(['2026-02', '2026-03'])
    expect(inTrust(months, ['a', '', 'b', ''])).toEqual([])
    expect(inTrust(months, ['', '', '', ''])).toEqual([])
  })
  it('reads codes of accounts', () => {
    expect(['222101', '2221.01.05', ' 2221-01 ', '', '税', '.5', '1'.repeat(21)].map(accountCode)).toEqual([true, true, true, false, false, false, false])
  })
  it('ends a period at the day it is seen', () => {
    expect(earlier(lastDay('2026-11'), '2026-11-20')).toBe('2026-11-20')
  })
})
