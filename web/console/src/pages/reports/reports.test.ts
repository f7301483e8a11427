import { describe, expect, it } from 'vitest'
import { earlier, lastDay, percent } from './reports'

describe('reports', () => {
  it('knows the last day of a month', () => {
    expect(['2026-02', '2028-02', '2026-11', '2026-12'].map(lastDay)).toEqual(['2026-02-28', '2028-02-29', '2026-11-30', '2026-12-31'])
  })
  it('writes rates with two places', () => {
    expect([0, 5, 9388, 10000].map(percent)).toEqual(['0.00%', '0.05%', '93.88%', '100.00%'])
  })
  it('ends a period at the day it is seen', () => {
    expect(earlier(lastDay('2026-11'), '2026-11-20')).toBe('2026-11-20')
  })
})
