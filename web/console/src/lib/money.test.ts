import { describe, expect, it } from 'vitest'
import { formatCount, formatFen, formatSigned, formatYuan, parseFen, sumFen } from './money'

describe('amounts as text', () => {
  it.each([
    [123450, '1,234.50'],
    [0, '0.00'],
    [5, '0.05'],
    [-110589, '−1,105.89'],
    [100000000, '1,000,000.00'],
    [null, '–'],
    [undefined, '–'],
  ])('%s fen is %s', (fen, text) => expect(formatFen(fen)).toBe(text))

  it('puts the sign before the currency', () => {
    expect(formatYuan(109483)).toBe('¥1,094.83')
    expect(formatYuan(-1)).toBe('−¥0.01')
  })

  it('signs differences, but not zero', () => {
    expect([4160, -28750, 0].map(formatSigned)).toEqual(['+41.60', '−287.50', '0.00'])
  })

  it('refuses fractions of a fen', () => {
    expect(() => formatFen(1.5)).toThrow(RangeError)
    expect(() => sumFen([0.1])).toThrow(RangeError)
  })

  it('groups counts', () => {
    expect(formatCount(58204)).toBe('58,204')
  })

  it('sums with gaps', () => expect(sumFen([26052, null, 27829, undefined])).toBe(53881))
})

describe('typed amounts', () => {
  it.each([
    ['1100', 110000],
    ['1,100.5', 110050],
    ['１，１００．５０', 110050],
    ['¥1100', 110000],
    ['￥12.3', 1230],
    ['1100 元', 110000],
    ['.5', 50],
    ['007', 700],
    ['0', 0],
    ['-0', 0],
    ['12。5', 1250],
  ])('reads %s', (text, fen) => expect(parseFen(text)).toEqual({ ok: true, fen }))

  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['abc', 'notNumber'],
    ['1.2.3', 'notNumber'],
    ['.', 'notNumber'],
    ['1e3', 'notNumber'],
    ['1.005', 'decimals'],
    ['1,10', 'commas'],
    ['11,00', 'commas'],
    ['-5', 'negative'],
    ['123456789012', 'tooLarge'],
  ])('refuses %s as %s', (text, fault) => expect(parseFen(text)).toEqual({ ok: false, fault }))

  it('takes a minus where the field allows it', () => {
    expect(parseFen('−12.5', { negative: true })).toEqual({ ok: true, fen: -1250 })
  })

  it('never rounds through a float', () => {
    expect(parseFen('1.15')).toEqual({ ok: true, fen: 115 })
    expect(parseFen('4.35')).toEqual({ ok: true, fen: 435 })
  })
})
