import { expect, it } from 'vitest'
import { byMethod } from './methods'

it('ways of paying stand in the order of the counter', () => {
  const list = ['deposit', 'prepay', 'alipay', 'card', 'other', 'cash', 'transfer', 'wechat'].map((method) => ({ method }))
  expect(byMethod(list).map((m) => m.method)).toEqual(['cash', 'card', 'transfer', 'wechat', 'alipay', 'other', 'prepay', 'deposit'])
  expect(list[0]!.method).toBe('deposit')
})
