import { expect, it } from 'vitest'
import { newPassword } from './newPassword'
import { checkPassword } from './password'

it('makes passwords that keep the rules, can be read aloud and differ', () => {
  const made = Array.from({ length: 200 }, () => newPassword())
  expect(made.every((p) => checkPassword(p).ok && /^[^0O1lI]{14}$/.test(p))).toBe(true)
  expect(new Set(made).size).toBe(200)
})

it('makes them as long as the company asks', () => {
  for (const least of [10, 14, 15, 20, 33, 64]) expect(checkPassword(newPassword(least), least).ok).toBe(true)
})
