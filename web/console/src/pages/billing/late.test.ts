import { describe, expect, it } from 'vitest'
import { exampleOf, parseDaily, parseGrace } from './late'

describe('terms of late fees', () => {
  it.each([['0.05', 50_000], ['０．０５％', 50_000], ['0', 0], ['1', 1_000_000], ['1.000001', null], ['', null], ['-1', null], ['0.0000001', null]])('reads a rate a day %s', (text, want) => {
    expect(parseDaily(text)).toBe(want)
  })
  it.each([['0', 0], [' 15 ', 15], ['365', 365], ['366', null], ['1.5', null], ['', null]])('reads days of grace %s', (text, want) => {
    expect(parseGrace(text)).toBe(want)
  })
  it('shows what grace means', () => {
    expect(exampleOf(50_000, 15, 'from_due')).toEqual({ over: 25, counted: 25, fen: 1250 })
    expect(exampleOf(50_000, 15, 'excluded')).toEqual({ over: 25, counted: 10, fen: 500 })
  })
})
