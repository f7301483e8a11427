import { describe, expect, it } from 'vitest'
import { fitted } from './photo'
import { meanUsage, outcome } from './usage'

const dial = { digits: 5, multiplier: 10_000 }
const q = (n: number) => Math.round(n * 10_000)

describe('what a reading means', () => {
  it.each([
    [100, 112.5, 12.5, 'plain'], [100, 100, 0, 'plain'], [99_950, 30, 80, 'rolled'], [1200, 1150, 99_950, 'lower'], [89_999, 0, 10_001, 'lower'], [90_000, 0, 10_000, 'rolled'],
  ] as const)('%s to %s', (before, now, usage, how) => expect(outcome(dial, q(before), q(now))).toEqual({ usage: q(usage), how }))
  it('is multiplied exactly', () => expect(outcome({ digits: 8, multiplier: 205_000 }, 0, q(12_345_678.9)).usage).toBe(2_530_864_174_500))
  it('averages what was read', () => {
    expect(meanUsage([])).toBeNull()
    expect(meanUsage([q(8), q(9), q(7), q(10), q(8), q(9), q(99)])).toBe(85_000)
  })
})

it.each([[4000, 3000, 1600, 1200], [900, 600, 900, 600], [1, 9000, 1, 1600]])('a picture of %s × %s is sent as %s × %s', (w, h, width, height) => expect(fitted(w, h)).toEqual({ width, height }))
