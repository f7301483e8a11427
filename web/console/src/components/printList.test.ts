import { expect, it } from 'vitest'
import { grouped } from './printList'

it('amounts on paper have their thousands, years and phones stay', () => {
  const number = { number: true }
  expect(grouped('1234567.50', number)).toBe('1,234,567.50')
  expect(grouped('-1234.5', number)).toBe('-1,234.5')
  expect(grouped('2026', number)).toBe('2026')
  expect(grouped('1234.50', { number: false })).toBe('1234.50')
  expect(grouped('', number)).toBe('')
})
