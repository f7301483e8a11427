import { expect, test } from 'vitest'
import { parseRate, rateText } from './rate'

test('a rate is typed as per cent and kept in millionths', () => {
  for (const [text, want] of [['0.6', 6000], ['0.60%', 6000], ['0.38', 3800], ['0.0025', 25], ['10', 100_000], ['', 0]] as const) expect(parseRate(text)).toBe(want)
  for (const text of ['-1', '10.01', '0.12345', 'x', '0,6']) expect(parseRate(text)).toBeNull()
  for (const [rate, want] of [[6000, '0.60'], [3800, '0.38'], [25, '0.0025'], [100_000, '10.00'], [0, '']] as const) expect(rateText(rate)).toBe(want)
})
