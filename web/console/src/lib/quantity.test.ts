import { describe, expect, it } from 'vitest'
import { formatQuantity, parseQuantity } from './quantity'

describe('quantities', () => {
  it.each([['1286', 12860000], ['１２.５', 125000], ['1,286', 12860000], ['1，286.5', 12865000], ['47。5', 475000], ['0', 0], ['0.0001', 1], ['12.', 120000]])('reads %s', (text, want) => {
    expect(parseQuantity(text)).toBe(want)
  })
  it.each(['', '-1', '1.23456', '12a', '1e3', '12345678901', '47,5', '1,2,86', '1286,', '1.2,5'])('refuses %s', (text) => {
    expect(parseQuantity(text)).toBeNull()
  })
  it.each([[125000, '12.5'], [12860000, '1,286'], [0, '0'], [-5, '−0.0005'], [null, '–']])('writes %s', (n, want) => {
    expect(formatQuantity(n)).toBe(want)
  })
})
