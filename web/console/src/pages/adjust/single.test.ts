import { describe, expect, it } from 'vitest'
import type { Item } from '@/pages/billing/types'
import { singleItems } from './single'

const item = (name: string, basis: Item['basis'], state: Item['state'] = 'active') => ({ id: name, name, basis, state }) as Item
const all = [item('物业服务费', 'area'), item('门禁卡', 'once'), item('旧卡', 'once', 'retired'), item('水费', 'metered')]

describe('singleItems', () => {
  it('offers whoever works at the counter what is charged once, and nothing retired', () => {
    expect(singleItems(all, false).map((i) => i.name)).toEqual(['门禁卡'])
  })
  it('offers whoever may release bills everything, what is charged once first', () => {
    expect(singleItems(all, true).map((i) => i.name)).toEqual(['门禁卡', '物业服务费', '水费'])
  })
})
