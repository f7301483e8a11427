import { describe, expect, it } from 'vitest'
import { feeFen, formatFee } from './fee'

describe('a fee of a channel', () => {
  it.each([[0, '0.00'], [150_000, '1.50'], [150_360, '1.5036'], [-6_000, '−0.06'], [600, '0.006'], [123_456_789_012, '1,234,567.89012']])('%d is %s', (fee, words) => {
    expect(formatFee(fee)).toBe(words)
  })
  it.each([[0, 0], [150_360, 150], [150_500, 151], [-150_500, -151], [499, 0], [-499, 0]])('%d is posted as %d fen', (fee, fen) => expect(feeFen(fee)).toBe(fen))
})
