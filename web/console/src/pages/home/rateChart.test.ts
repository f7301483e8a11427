import { describe, expect, it } from 'vitest'
import { difference, percent, polyline, rateOf, sameDay } from './rateChart'

const box = { left: 0, right: 300, top: 0, bottom: 100 }

describe('the curve', () => {
  it('stands on one scale of days and of 0 to 100 %', () => {
    expect(polyline([{ day: 1, rate: 0 }, { day: 16, rate: 5000 }, { day: 31, rate: 10_000 }], box, 31)).toBe('0.0,100.0 150.0,50.0 300.0,0.0')
  })
  it('stays inside when more was paid than was due', () => expect(polyline([{ day: 1, rate: 12_000 }], box, 31)).toBe('0.0,0.0'))
  it('compares with the same day, or the last of a shorter month', () => {
    const last = [{ day: 29, rate: 90 }, { day: 30, rate: 100 }]
    expect([sameDay(last, 29)?.rate, sameDay(last, 31)?.rate, sameDay([], 3)]).toEqual([90, 100, undefined])
  })
})

describe('rates', () => {
  it.each([[8470, '84.7'], [9999, '99.9'], [10_000, '100.0'], [0, '0.0'], [4, '0.0']])('%i is %s', (rate, text) => expect(percent(rate)).toBe(text))
  it('divide large sums exactly', () => {
    expect(rateOf(9_007_199_254_740_990, 9_007_199_254_740_991)).toBe(9999)
    expect(rateOf(5, 0)).toBe(0)
  })
  it.each([[8470, 8290, '+1.8'], [8290, 8470, '−1.8'], [8290, 8295, null]])('%i against %i differs by %s', (a, b, text) => expect(difference(a, b)).toBe(text))
})
