import { describe, expect, it } from 'vitest'
import type { Item } from '@/pages/billing/types'
import { bundleTexts } from '@/texts/bundle'
import { bundleBody, bundleDraft, bundleFaults, bundleItems, withoutPart, withPart } from './bundle'

const kinds: Record<string, Item['basis']> = { 1: 'area', 2: 'quantity', 3: 'once' }
const basis = (item: string) => kinds[item]

describe('the form of a bundle', () => {
  it('sends what each item needs and nothing else', () => {
    const draft = { name: ' 新业主套餐 ', note: '', parts: [{ item: '1', quantity: '7', amount: 5 }, { item: '2', quantity: '1.5', amount: null }, { item: '3', quantity: '', amount: 30000 }, { item: '', quantity: '', amount: null }] }
    expect(bundleFaults(draft, basis)).toEqual({ name: null, parts: null })
    expect(bundleBody(draft, basis)).toEqual({ name: '新业主套餐', parts: [{ item_id: '1' }, { item_id: '2', quantity: 15000 }, { item_id: '3', amount: 30000 }] })
  })
  it('asks for a name, an item, a quantity and an amount', () => {
    expect(bundleFaults(bundleDraft(), basis)).toEqual({ name: '请填写套餐名称', parts: '至少选一项费用' })
    for (const item of ['2', '3']) expect(bundleFaults({ name: '甲', note: '', parts: [{ item, quantity: '', amount: null }] }, basis).parts).not.toBeNull()
  })
  it('never is without a line', () => {
    expect(withoutPart(withPart(bundleDraft()), 0).parts).toHaveLength(1)
    expect(withoutPart(bundleDraft(), 0).parts).toHaveLength(1)
  })
  it('offers no item whose amount comes from elsewhere', () => {
    const items = [{ basis: 'area', state: 'active' }, { basis: 'shared', state: 'active' }, { basis: 'costs', state: 'active' }, { basis: 'fixed', state: 'retired' }] as Item[]
    expect(bundleItems(items).map((i) => i.basis)).toEqual(['area'])
  })
  it('says what was kept', () => {
    expect(bundleTexts.undoneWords('周敏', '给错了', 0)).toBe('周敏 撤销：给错了')
    expect(bundleTexts.undoneWords('周敏', '给错了', 2)).toContain('2 项')
  })
})
