import { describe, expect, it } from 'vitest'
import { emptyPay, payProblem, paySum, paysOf } from './deposit'

describe('ways to pay a deposit', () => {
  it('come to their sum, and to nothing while one lacks its amount', () => {
    expect(paySum([{ ...emptyPay(), amount: 100000 }, { ...emptyPay(), method: 'transfer', amount: 50005 }])).toBe(150005)
    expect(paySum([{ ...emptyPay(), amount: 100000 }, emptyPay()])).toBeNull()
  })
  it('are sent with what proves each of them, and nothing else', () => {
    const proof = { reference: ' 8812 ', terminal: '', last4: '', paid_on: '2026-11-20' }
    expect(paysOf([{ method: 'cash', amount: 100, proof }, { method: 'transfer', amount: 200, proof }])).toEqual([
      { method: 'cash', amount: 100 }, { method: 'transfer', amount: 200, reference: '8812', paid_on: '2026-11-20' },
    ])
  })
  it('refuse a transfer of tomorrow', () => {
    expect(payProblem({ ...emptyPay(), method: 'transfer', proof: { ...emptyPay().proof, paid_on: '2026-11-24' } }, '2026-11-23')?.field).toBe('paid_on')
  })
})
