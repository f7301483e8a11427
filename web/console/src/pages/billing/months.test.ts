import { expect, it } from 'vitest'
import { addMonths, monthsAround } from './months'

it.each([['2026-12', 1, '2027-01'], ['2026-01', -1, '2025-12'], ['2026-11', 0, '2026-11'], ['2026-03', -27, '2023-12']])('%s and %d months is %s', (month, by, want) => {
  expect(addMonths(month, by)).toBe(want)
})
it('lists them newest first', () => expect(monthsAround('2026-12', 1, 2)).toEqual(['2027-01', '2026-12', '2026-11', '2026-10']))
