import { describe, expect, it } from 'vitest'
import { formatPrice, parsePrice } from './price'

describe('prices', () => {
  it.each([[2_350_000, '2.35'], [2_785_000, '2.785'], [0, '0.00'], [10_000_000, '10.00'], [1, '0.000001'], [1_234_500_000, '1,234.50']])('%d reads %s', (price, text) => {
    expect(formatPrice(price)).toBe(text)
    expect(parsePrice(text)).toEqual({ ok: true, price })
  })
  it('reads what input methods and people make of it', () => {
    for (const text of ['２．３５', '¥2.35', '2.35元', ' 2.350 ', '2。35']) expect(parsePrice(text)).toEqual({ ok: true, price: 2_350_000 })
  })
  it.each([['', 'empty'], ['abc', 'notNumber'], ['2.3.5', 'notNumber'], ['-1', 'notNumber'], ['3,5', 'notNumber'], ['0.0000001', 'decimals'], ['1000000.01', 'tooLarge'], ['99999999', 'tooLarge']])('refuses %s', (text, fault) => {
    expect(parsePrice(text)).toEqual({ ok: false, fault })
  })
  it('never takes a float for a price', () => expect(() => formatPrice(2.35)).toThrow(RangeError))
})
