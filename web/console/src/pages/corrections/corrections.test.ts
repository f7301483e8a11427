import { describe, expect, it } from 'vitest'
import { valueWords } from './corrections'

describe('values of a correction', () => {
  it.each([['state', 'rented', '出租'], ['gender', 'female', '女'], ['phone', '', '没有登记'], ['area', '89.5', '89.5']] as const)('%s %s is read as %s', (field, value, words) => {
    expect(valueWords(field, value)).toBe(words)
  })
})
