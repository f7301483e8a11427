import { expect, it } from 'vitest'
import { checkPassword } from './password'

it.each([
  ['Abcdefg123', true],
  ['abcdefg12345', false],
  ['Abc123', false],
  ['邻里abc123456', true],
  ['ABCDEFGHI!1', true],
])('%s is allowed: %s', (password, ok) => expect(checkPassword(password).ok).toBe(ok))
