import { expect, it } from 'vitest'
import { personFields, personRules, phoneFault } from './personFields'

it.each([['13800138000', null], ['138 0013 8000', null], ['+86 13800138000', null], ['1380013800', '手机号应为 11 位，现在是 10 位'], ['0571-87651234', null], ['', null]])('phone %s: %s', (text, fault) => expect(phoneFault(text)).toBe(fault))
it('asks for a name and a whole address of mail', () => {
  const rules = personRules({ ...personFields(null), email: 'chen@' })
  expect([Boolean(rules.name), Boolean(rules.email)]).toEqual([true, true])
})
