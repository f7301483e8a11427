import { describe, expect, test } from 'vitest'
import { guessAside } from './aside'

describe('what money of nobody is', () => {
  test.each([
    ['财付通支付科技有限公司', '商户结算款', 'settled'],
    ['支付宝（中国）网络技术有限公司', '', 'settled'],
    ['', '现金存款', 'cash'],
    ['', 'atm 存入', 'cash'],
    ['', '结息', 'aside'],
    ['某某公司', '往来', 'aside'],
  ])('%s %s', (payer, remark, want) => expect(guessAside({ payer, remark })).toBe(want))
})
