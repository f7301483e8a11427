import { describe, expect, it } from 'vitest'
import { emptyRule, parseFloor, parseQuantity, quantityText, ruleBody, ruleFaults } from './rule'

describe('conditions of an assignment', () => {
  it.each([['', 0], ['６', 6], ['-2', -2], ['6层', 6], ['0', null], ['301', null], ['六', null]])('floor %s is read as %s', (text, n) => {
    expect(parseFloor(text)).toBe(n)
  })
  it('asks for at least one and for an order', () => {
    expect(ruleFaults(emptyRule()).rule).not.toBeNull()
    const faults = ruleFaults({ ...emptyRule(), floor_from: '7', floor_to: '2', area_from: '90', area_to: '80' })
    expect([faults.rule, faults.floor_from]).toEqual([null, null])
    expect(faults.floor_to).toBe('不能低于起始楼层')
    expect(faults.area_to).toBe('不能小于起始面积')
  })
  it('sends only what is given', () => {
    expect(ruleBody({ ...emptyRule(), kind: 'shop', floor_to: '1', area_from: '90.5' })).toEqual({ kind: 'shop', floor_to: 1, area_from: 9050 })
  })
  it.each([['2', 20000], ['1.5', 15000], ['１.２５', 12500], ['0', null], ['-1', null], ['1.23456', null], ['两个', null], ['100001', null]])('quantity %s is %s', (text, n) => {
    expect(parseQuantity(text)).toBe(n)
  })
  it('writes quantities without idle zeros', () => {
    expect([quantityText(20000), quantityText(15000), quantityText(1), quantityText(1000000)]).toEqual(['2', '1.5', '0.0001', '100'])
  })
})
