import { describe, expect, it } from 'vitest'
import { isOld, parseYearly, yearlyWords } from './lpr'

describe('loan prime rates', () => {
  it.each([['3.1', 310], ['３．１０％', 310], ['3', 300], ['20', 2000], ['20.01', null], ['0', null], ['3.105', null], ['', null], ['-3', null]])('reads a yearly rate %s', (text, want) => {
    expect(parseYearly(text)).toBe(want)
  })
  it.each([[310, '3.10%'], [305, '3.05%'], [1200, '12.00%']])('writes %d', (rate, want) => {
    expect(yearlyWords(rate)).toBe(want)
  })
  it.each([['2025-11-22', true], ['2025-11-23', false], ['2026-11-20', false], ['2024-12-31', true]])('asks to look again when the newest is of %s', (from_date, want) => {
    expect(isOld({ from_date, rate: 300, source: '公布' }, '2026-11-23')).toBe(want)
  })
})
