import { describe, expect, it } from 'vitest'
import { limitOfTen, readFactor, readPeriods, readUnusual, unusualFields } from './unusual'

describe('when usage waits for review', () => {
  it.each([
    ['3', 30_000], ['2.5', 25_000], ['２．５倍', 25_000], ['1.0001', 10_001], ['100', 1_000_000],
    ['1', null], ['0', null], ['100.0001', null], ['2,5', null], ['2.00001', null], ['-3', null], ['', null], ['三', null],
  ])('the factor %s is %s', (text, factor) => expect(readFactor(text)).toBe(factor))
  it.each([
    ['6', 6], ['１２', 12], ['1', 1], ['24 期', 24],
    ['0', null], ['25', null], ['6.5', null], ['-1', null], ['', null], ['006', null],
  ])('the periods %s are %s', (text, periods) => expect(readPeriods(text)).toBe(periods))
  it('comes back from the fields as it went in', () => {
    for (const s of [{ factor: 30_000, periods: 6 }, { factor: 1_000_000, periods: 24 }, { factor: 10_001, periods: 1 }]) expect(readUnusual(unusualFields(s))).toEqual(s)
    expect(readUnusual({ factor: '3', periods: '' })).toBeNull()
  })
  it('is shown by what ten may become', () => expect([limitOfTen(30_000), limitOfTen(25_000), limitOfTen(1_000_000)]).toEqual(['30', '25', '1,000']))
})
