import { describe, expect, it } from 'vitest'
import { ref, type Ref } from 'vue'
import type { OpenCharge, Seat } from './api'
import { useEntry } from './useEntry'

const charge = (id: string, month: string): OpenCharge => ({ charge_id: id, room_id: '1', payer_id: '5', room_label: '3栋2单元1502', item_id: '9', item_name: '物业服务费', month, due_date: `${month}-28`, overdue_days: 0, amount: 10000, left: 10000 })
const seatOf = (charges: OpenCharge[]): Seat => ({
  room: { id: '1', label: '3栋2单元1502', kind: 'home', state: 'self', area: 11842 }, rooms: [{ id: '1', label: '3栋2单元1502', kind: 'home', state: 'self', area: 11842 }], payer_id: '5', payer_name: '陈建国', phone_mask: '138****5678',
  charges, owed: charges.reduce((n, c) => n + c.left, 0), overdue: 0, prepaid: 0, prepaid_for: [], prepay_items: [], former: [], policy: 'statutory', policy_name: '先到期先还', choice: true, ahead_months: 12, round_to: 0, online: ['wechat'], scans: [], open_order_id: '', late_fees: [], late_owed: 0,
})
function desk() {
  const seat: Ref<Seat | null> = ref(null)
  const entry = useEntry(seat)
  seat.value = seatOf([charge('a', '2026-09'), charge('b', '2026-10'), charge('c', '2026-11')])
  return { seat, entry }
}

describe('several ways for one payment', () => {
  it.each([
    [['card'], 'cash'],
    [['transfer'], 'cash'],
    [['cash'], 'card'],
    [['cash', 'card'], 'transfer'],
    [['card', 'cash'], 'transfer'],
    [['cash', 'transfer'], 'card'],
    [['card', 'cash', 'transfer'], 'cash'],
  ] as const)('after %j the next is %s', (used, next) => {
    const { entry } = desk()
    for (const method of used) {
      entry.setMethod(method)
      entry.setTyped(5000)
      expect(entry.addPart()).toBe(true)
    }
    expect(entry.method.value).toBe(next)
  })
})

describe('what leaving would lose', () => {
  it('is nothing as long as the page has filled everything in', () => {
    const { entry } = desk()
    expect([entry.typedByHand.value, entry.reticked.value]).toEqual([false, false])
    entry.chosen.value = ['c', 'a', 'b']
    expect(entry.reticked.value).toBe(false)
  })
  it('are ticks that differ, also when none is left, and not those of a household read again', () => {
    const { seat, entry } = desk()
    entry.chosen.value = ['a']
    expect([entry.typedByHand.value, entry.reticked.value]).toEqual([false, true])
    entry.chosen.value = []
    expect(entry.reticked.value).toBe(true)
    entry.chosen.value = ['a', 'b', 'c']
    seat.value = seatOf([charge('b', '2026-10'), charge('c', '2026-11')])
    expect([entry.chosen.value, entry.reticked.value]).toEqual([['b', 'c'], false])
    entry.chosen.value = ['b']
    entry.restart()
    expect(entry.reticked.value).toBe(false)
    entry.chosen.value = ['b']
    seat.value = null
    expect(entry.reticked.value).toBe(false)
  })
})
