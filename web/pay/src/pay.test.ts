import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { Offline, Refused, payApi, tokenOf, type Bill, type Order, type PayApi, type Way } from './api'
import { chargesOf, dialled, overdueOf, partsOf, placeOf, sumOf, toggled } from './choice'
import { usePay, type Pay } from './usePay'
import type { Memory } from './wechat'

const charge = (id: string, left: number) => ({ id, item: '物业服务费', due: '2026-09-30', amount: 25004, left, days_late: 3, late_fee: 0, late_lines: [] as string[] })
const bill = (more: Partial<Bill> = {}): Bill => ({
  company: '', project: '翠湖花园', room: '3栋2单元1502', payer: '张*', phone: '', owed: 50008, late_owed: 0, choice: true, busy: false, unread: 0, at: '2026-11-21T10:00:00+08:00',
  months: [{ month: '2026-09', sum: 25004, charges: [charge('1', 25004)] }, { month: '2026-10', sum: 25004, charges: [charge('2', 25004)] }],
  ways: [{ channel: 'wechat', name: '微信支付', code: true, phone: true, desk: false, payees: [] }], ...more,
})
const order = (more: Partial<Order> = {}): Order => ({
  id: '7', number: 'L1-7', channel: 'wechat', phone: true, desk: false, inside: false, state: 'created', closing: false, amount: 50008, count: 2, receipt_number: '', to_prepay: 0, lines: [],
  created_at: '2026-11-21T10:00:00+08:00', expires_at: '2026-11-21T10:15:00+08:00', ...more,
})

describe('choice', () => {
  it('takes months oldest first', () => {
    expect(toggled(3, 1)).toBe(1) // leaving the second leaves the third
    expect(toggled(0, 2)).toBe(3) // taking the third takes those before it
    expect(sumOf(bill(), 1)).toBe(25004)
    expect(chargesOf(bill(), 2)).toBe(2)
  })
  it('tells what is paid to whom, late fees included', () => {
    const way = { channel: 'wechat', name: '微信支付', code: true, phone: true, desk: false, payees: [{ merchant_id: '1', name: '物业费商户', charge_ids: ['1'] }, { merchant_id: '9', name: '停车费商户', charge_ids: ['2'] }] }
    const two = bill({ months: [{ month: '2026-09', sum: 25104, charges: [{ ...charge('1', 25004), late_fee: 100 }] }, { month: '2026-10', sum: 20000, charges: [charge('2', 20000)] }] })
    expect(partsOf(two, 2, way)).toEqual([{ merchant: '1', name: '物业费商户', sum: 25104 }, { merchant: '9', name: '停车费商户', sum: 20000 }])
    expect(partsOf(two, 1, way)).toHaveLength(1)
    expect(partsOf(two, 2, { ...way, payees: [] })).toEqual([])
  })
  it('tells what is overdue, and what a telephone dials', () => {
    expect(overdueOf(bill())).toBe(50008)
    expect(overdueOf(bill({ months: [{ month: '2026-09', sum: 25104, charges: [{ ...charge('1', 25004), days_late: 0, late_fee: 100 }] }] }))).toBe(100)
    expect([dialled('0571-8765 4321 转 2'), dialled('+86 571 87654321 / 138 0000 0000'), dialled('(0571)87654321')]).toEqual(['tel:057187654321', 'tel:+8657187654321', 'tel:057187654321'])
  })
  it('knows where the page stands', () => {
    expect(placeOf('Mozilla/5.0 (iPhone) MicroMessenger/8.0', true)).toBe('wechat')
    expect(placeOf('Mozilla/5.0 (iPhone) Mobile Safari', false)).toBe('phone')
    expect(placeOf('Mozilla/5.0 (Windows NT 10.0)', false)).toBe('desk')
  })
  it('reads the token out of the address', () => {
    expect(tokenOf('/pay/42.abc_-1')).toBe('42.abc_-1')
    expect(tokenOf('/pay/42.abc/')).toBe('42.abc')
  })
})

describe('api', () => {
  const answering = (status: number, body: unknown) => payApi('42.a', () => Promise.resolve(new Response(JSON.stringify(body), { status })))
  it('tells a refusal from a line that broke', async () => {
    await expect(answering(404, { code: 'paycode_gone', detail: '认不出' }).bill()).rejects.toMatchObject({ status: 404, code: 'paycode_gone', message: '认不出' })
    await expect(payApi('42.a', () => Promise.reject(new TypeError('x'))).bill()).rejects.toBeInstanceOf(Offline)
  })
  it('sends the key of the intention and no cookies', async () => {
    const seen: RequestInit[] = []
    const api = payApi('42.a', (_, init) => { seen.push(init!); return Promise.resolve(new Response(JSON.stringify(order()))) })
    await api.pay({ channel: 'wechat', phone: true, amount: 1 }, 'key-0001')
    expect(seen[0]).toMatchObject({ method: 'POST', credentials: 'omit', headers: { 'idempotency-key': 'key-0001' } })
  })
})

describe('usePay', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }) })
  afterEach(() => { vi.useRealTimers() })

  function page(api: Partial<PayApi>, back = false, desk = false, memory?: Memory) {
    const gone: string[] = []
    let pay!: Pay
    const w = mount(defineComponent({ setup() { pay = usePay({ explain: vi.fn(), cancel: vi.fn(), order: vi.fn(), pay: vi.fn(), bill: vi.fn(), ...api } as PayApi, { go: (p) => gone.push(p), back, desk, memory }); return () => h('div') } }))
    return { pay, gone, w }
  }

  it('opens one order, goes to the page of the channel when it is there, and shows the receipt by itself', async () => {
    const keys: string[] = []
    const states = [order(), order({ state: 'waiting', page: 'https://wx.example/h5' }), order({ state: 'paid', receipt_number: 'SJ2026-000001' })]
    const { pay, gone, w } = page({
      bill: vi.fn().mockResolvedValueOnce(bill()).mockResolvedValue(bill({ owed: 0, months: [] })),
      pay: (ask, key) => { keys.push(key); expect(ask).toEqual({ channel: 'wechat', phone: true, amount: 50008 }); return Promise.resolve(states.shift()!) },
      order: () => Promise.resolve(states.shift()!),
    })
    await flushPromises()
    expect(pay.view.value).toBe('bill')
    expect(pay.sum.value).toBe(50008)
    await pay.pay(bill().ways[0]!, true)
    expect(pay.view.value).toBe('result')
    expect(gone).toEqual([])
    await vi.advanceTimersByTimeAsync(800)
    expect(gone).toEqual(['https://wx.example/h5'])
    await vi.advanceTimersByTimeAsync(3000)
    expect(pay.order.value?.receipt_number).toBe('SJ2026-000001')
    expect(pay.bill.value?.owed).toBe(0)
    expect(keys).toHaveLength(1)
    w.unmount()
  })

  it('keeps the months that were chosen over the way to the channel, back, and a payment that was called off', async () => {
    const kept = new Map<string, string>()
    const memory: Memory = { get: (name) => kept.get(name) ?? '', set: (name, value) => { kept.set(name, value) } }
    const one = page({ bill: () => Promise.resolve(bill()) }, false, false, memory)
    await flushPromises()
    one.pay.choose(1)
    one.w.unmount()

    const api: Partial<PayApi> = { bill: vi.fn().mockResolvedValueOnce(bill({ order: order({ state: 'waiting', amount: 25004 }) })).mockResolvedValue(bill()), cancel: () => Promise.resolve(order({ state: 'closed' })) }
    const two = page(api, false, false, memory)
    await flushPromises()
    expect(two.pay.sum.value).toBe(25004)
    await two.pay.cancel()
    await flushPromises()
    two.pay.toBill()
    await flushPromises()
    expect(two.pay.sum.value).toBe(25004)
    two.w.unmount()

    // What was paid is chosen no longer.
    const three = page({ bill: vi.fn().mockResolvedValueOnce(bill()).mockResolvedValue(bill({ months: bill().months.slice(1) })), pay: () => Promise.resolve(order({ state: 'paid' })) }, false, false, memory)
    await flushPromises()
    await three.pay.pay(bill().ways[0]!, true)
    await flushPromises()
    expect([three.pay.sum.value, kept.get('until')]).toEqual([25004, ''])
    three.w.unmount()
  })

  it('names the months that were chosen, and asks again under the same key when no answer came', async () => {
    const asks: [unknown, string][] = []
    const { pay, w } = page({
      bill: () => Promise.resolve(bill()),
      pay: (ask, key) => { asks.push([ask, key]); return asks.length === 1 ? Promise.reject(new Offline()) : Promise.resolve(order({ amount: 25004 })) },
    })
    await flushPromises()
    pay.choose(1)
    await pay.pay(bill().ways[0]!, true)
    expect(pay.offline.value).toBe(true)
    expect(pay.problem.value).toContain('不会重复扣款')
    await pay.pay(bill().ways[0]!, true)
    expect(asks[0]).toEqual(asks[1])
    expect(asks[0]![0]).toEqual({ channel: 'wechat', phone: true, amount: 25004, months: ['2026-09'] })
    w.unmount()
  })

  it('shows what became of the order to whoever comes back, and beside the bill to everybody else', async () => {
    const waiting = bill({ order: order({ state: 'waiting', page: 'https://wx.example/h5' }) })
    const back = page({ bill: () => Promise.resolve(waiting), order: () => Promise.resolve(waiting.order!) }, true)
    await flushPromises()
    expect(back.pay.view.value).toBe('result')
    expect(back.gone).toEqual([]) // coming back does not send away again
    back.w.unmount()
    const other = page({ bill: () => Promise.resolve(waiting) })
    await flushPromises()
    expect([other.pay.view.value, other.pay.live.value]).toEqual(['bill', true])
    other.pay.resume()
    expect(other.gone).toEqual(['https://wx.example/h5'])
    other.w.unmount()
  })

  it('on a computer asks for the page of a computer, and goes on only with what can be paid there', async () => {
    const way: Way = { channel: 'alipay', name: '支付宝', code: true, phone: true, desk: true, payees: [] }
    const asks: unknown[] = []
    const waiting = order({ channel: 'alipay', desk: true, state: 'waiting', page: 'https://openapi.example/gateway.do?x' })
    const { pay, gone, w } = page({ bill: () => Promise.resolve(bill({ ways: [way] })), pay: (ask) => { asks.push(ask); return Promise.resolve(waiting) }, order: () => Promise.resolve(waiting) }, false, true)
    await flushPromises()
    await pay.pay(way, true)
    expect(asks).toEqual([{ channel: 'alipay', phone: true, desk: true, amount: 50008 }])
    expect(gone).toEqual([waiting.page])
    expect([pay.here(waiting), pay.here(order({ state: 'waiting' })), pay.here(order({ phone: false }))]).toEqual([true, false, false])
    await pay.pay(way, false)
    expect(asks[1]).toEqual({ channel: 'alipay', phone: false, amount: 50008 })
    w.unmount()
    const telephone = page({ bill: () => Promise.resolve(bill({ order: waiting })) })
    await flushPromises()
    expect(telephone.pay.here(waiting)).toBe(false)
    telephone.w.unmount()
  })

  it('says what is the matter: a code that has ended, no line, a refusal', async () => {
    const gone = page({ bill: () => Promise.reject(new Refused(404, 'paycode_gone', '')) })
    await flushPromises()
    expect(gone.pay.view.value).toBe('gone')
    gone.w.unmount()
    const off = page({ bill: vi.fn().mockRejectedValueOnce(new Offline()).mockResolvedValue(bill()) })
    await flushPromises()
    expect(off.pay.view.value).toBe('offline')
    await vi.advanceTimersByTimeAsync(5000)
    expect([off.pay.view.value, off.pay.offline.value]).toEqual(['bill', false])
    off.w.unmount()
    const refused = page({ bill: () => Promise.resolve(bill()), pay: () => Promise.reject(new Refused(409, 'paycode_changed', '应缴金额刚有变动')) })
    await flushPromises()
    await refused.pay.pay(bill().ways[0]!, true)
    expect(refused.pay.problem.value).toBe('应缴金额刚有变动')
    refused.w.unmount()
  })
})
