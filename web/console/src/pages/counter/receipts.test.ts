import { expect, it } from 'vitest'
import { rangeOf } from './receipts'

const now = '2026-11-30T16:30:00Z' // 1 December, 00:30 in Shanghai
it.each([
  ['today', { from: '2026-12-01', until: '2026-12-01' }],
  ['yesterday', { from: '2026-11-30', until: '2026-11-30' }],
  ['month', { from: '2026-12-01', until: '2026-12-01' }],
  ['custom', { from: '2026-01-02' }],
  ['all', {}],
] as const)('%s', (days, range) => expect(rangeOf(days, now, '2026-01-02', '')).toEqual(range))
