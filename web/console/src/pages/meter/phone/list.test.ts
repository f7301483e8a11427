import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import PhoneList from './PhoneList.vue'

const list = (floors: number[]) => mount(PhoneList, {
  props: { rows: [], unread: 0, meters: 1, places: [{ value: '7', title: '1栋' }], floors, thisMonth: '2026-11', loading: false, online: true, error: null, stateOf: () => undefined, month: '2026-11', kind: 'water', building: '7', floor: '', all: false },
})

describe('floors on the phone', () => {
  it('are chips while they are few, and a list when they would push the meters off the screen', async () => {
    expect(list([1, 2, 3]).findAll('.p-chip').map((c) => c.text())).toEqual(['全部楼层', '1 层', '2 层', '3 层'])
    const high = list(Array.from({ length: 33 }, (_, n) => n + 1))
    expect(high.findAll('.p-chip')).toHaveLength(0)
    const choice = high.findAll('select').at(-1)!
    expect(choice.findAll('option')).toHaveLength(34)
    await choice.setValue('12')
    expect(high.emitted('update:floor')).toEqual([['12']])
  })
})
