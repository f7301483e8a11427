import { expect, it } from 'vitest'
import { rangeOf, standingOf } from './receipts'

const now = '2026-11-30T16:30:00Z' // 1 December, 00:30 in Shanghai
it.each([
  ['today', { from: '2026-12-01', until: '2026-12-01' }],
  ['yesterday', { from: '2026-11-30', until: '2026-11-30' }],
  ['month', { from: '2026-12-01', until: '2026-12-01' }],
  ['custom', { from: '2026-01-02' }],
  ['all', {}],
] as const)('%s', (days, range) => expect(rangeOf(days, now, '2026-01-02', '')).toEqual(range))

it.each([
  [{ state: 'valid', red: false, reversed_number: '' }, 'paid', '有效'],
  [{ state: 'void', red: false, reversed_number: '' }, 'draft', '已作废'],
  [{ state: 'valid', red: true, reversed_number: '' }, 'overdue', '红字'],
  [{ state: 'valid', red: false, reversed_number: 'SJ2026-000009' }, 'draft', '已红冲'],
] as const)('%o stands as %s', (receipt, tone, words) => expect(standingOf(receipt)).toEqual({ tone, words }))
