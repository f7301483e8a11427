import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { Refused, type Bill, type Order, type PayApi } from './api'
import { t } from './texts'
import { usePay, type Pay } from './usePay'
import { ask, identity, type Memory, type Outcome } from './wechat'

const away = 'https://open.example/connect/oauth2/authorize?appid=wx1&redirect_uri=x&response_type=code&scope=snsapi_base&state=STATE#wechat_redirect'
const bill = (more: Partial<Bill> = {}): Bill => ({
  company: '', project: '翠湖花园', room: '3栋2单元1502', payer: '张*', phone: '', owed: 25004, late_owed: 0, choice: true, busy: false, unread: 0, at: '2026-11-21T10:00:00+08:00',
  months: [{ month: '2026-09', sum: 25004, charges: [] }], ways: [{ channel: 'wechat', name: '微信支付', code: true, phone: true, desk: false, identify: away, payees: [] }], ...more,
})
const order = (more: Partial<Order> = {}): Order => ({
  id: '7', number: 'L1-7', channel: 'wechat', phone: true, desk: false, inside: true, state: 'created', closing: false, amount: 25004, count: 1, receipt_number: '', to_prepay: 0, lines: [],
  created_at: '2026-11-21T10:00:00+08:00', expires_at: '2026-11-21T10:15:00+08:00', ...more,
})
const invoke = { appId: 'wx1', paySign: 's' }

/** A window: what it remembers over pages, and where it was sent. */
function browser() {
  const kept: Record<string, string> = {}
  const memory: Memory = { get: (n) => kept[n] ?? '', set: (n, v) => { kept[n] = v } }
  const left: string[] = []
  const open = (query = '') => identity(memory, new URL(`https://wy.example/pay/1.x${query}`), (p) => left.push(p), () => undefined)
  return { memory, left, open, state: () => /state=([^#]+)/.exec(left.at(-1) ?? '')?.[1] ?? '' }
}

describe('identity', () => {
  it('takes a code only with the state it left with, and leaves twice at most', () => {
    const b = browser()
    expect(b.open('?code=forged&state=x').code()).toBe('')
    expect(b.open('?code=forged&state=').code()).toBe('')
    expect(b.open().leave(away)).toBe(true)
    expect(b.left[0]).toMatch(/scope=snsapi_base&state=[0-9a-f]{24}#wechat_redirect$/)
    const back = b.open(`?code=c1&state=${b.state()}`)
    expect([back.code(), back.code()]).toEqual(['c1', ''])
    expect(b.open(`?code=c1&state=${b.state()}`).code()).toBe('') // the page read again
    expect([b.open().leave(away), b.open().leave(away)]).toEqual([true, false])
    back.keep('ticket', away)
    expect([b.open().ticket(away), b.open().ticket(away.replace('wx1', 'wx2')), b.open().leave(away)]).toEqual(['ticket', '', true])
  })
})

describe('ask', () => {
  it('waits for the bridge, and tells what it says in three words', async () => {
    const at = window as Window & { WeixinJSBridge?: unknown }
    const said = ['get_brand_wcpay_request:ok', 'get_brand_wcpay_request:cancel', 'system:access_denied']
    const first = ask(invoke)
    at.WeixinJSBridge = { invoke: (_: string, p: unknown, told: (a: object) => void) => { expect(p).toEqual(invoke); told({ err_msg: said.shift() }) } }
    document.dispatchEvent(new Event('WeixinJSBridgeReady'))
    expect([await first, await ask(invoke), await ask(invoke)]).toEqual(['ok', 'cancel', 'fail'])
    delete at.WeixinJSBridge
  })
})

describe('paying inside WeChat', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }) })
  afterEach(() => { vi.useRealTimers() })

  function page(api: Partial<PayApi>, b: ReturnType<typeof browser>, query: string, outcomes: Outcome[] = []) {
    let pay!: Pay
    const asked: unknown[] = []
    const w = mount(defineComponent({ setup() {
      pay = usePay({ explain: vi.fn(), cancel: vi.fn(), order: vi.fn(), pay: vi.fn(), who: vi.fn(), bill: () => Promise.resolve(bill()), ...api } as PayApi,
        { go: () => undefined, back: false, wechat: { identity: b.open(query), ask: (p) => { asked.push(p); return Promise.resolve(outcomes.shift()!) } } })
      return () => h('div')
    } }))
    return { pay, w, asked }
  }

  it('goes to say who pays, pays through the bridge, and believes the server alone', async () => {
    const b = browser()
    const first = page({}, b, '')
    await flushPromises()
    expect([first.pay.view.value, b.left.length]).toEqual(['loading', 1])
    first.w.unmount()

    const states = [order(), order({ state: 'waiting', invoke }), order({ state: 'waiting', invoke }), order({ state: 'paid', receipt_number: 'SJ1' })]
    const asks: unknown[] = []
    const { pay, w, asked } = page({
      bill: vi.fn().mockResolvedValueOnce(bill()).mockResolvedValue(bill({ order: order({ state: 'waiting', invoke }) })),
      who: (channel, code) => { expect([channel, code]).toEqual(['wechat', 'c1']); return Promise.resolve({ payer: 'ticket' }) },
      pay: (a) => { asks.push(a); return Promise.resolve(states.shift()!) }, order: () => Promise.resolve(states.shift()!),
    }, b, `?code=c1&state=${b.state()}`, ['cancel', 'ok'])
    await flushPromises()
    expect([pay.view.value, pay.ticket.value]).toEqual(['bill', 'ticket'])
    await pay.pay(bill().ways[0]!, true)
    expect(asks).toEqual([{ channel: 'wechat', phone: true, payer: 'ticket', amount: 25004 }])
    await vi.advanceTimersByTimeAsync(800)
    expect([asked.length, pay.view.value, pay.told.value]).toEqual([1, 'bill', t.bridgeCancel])
    pay.resume()
    await flushPromises()
    expect([asked.length, pay.view.value, pay.order.value?.state]).toEqual([2, 'result', 'waiting']) // ok is no receipt
    await vi.advanceTimersByTimeAsync(3000)
    expect(pay.order.value?.receipt_number).toBe('SJ1')
    w.unmount()
  })

  it('says who pays once more when the next merchant knows payers by another app, but not over a receipt', async () => {
    const b = browser()
    const other = away.replace('wx1', 'wx2')
    b.open().keep('ticket', away)
    const rest = bill({ ways: [{ channel: 'wechat', name: '微信支付', code: true, phone: true, desk: false, identify: other, payees: [] }] })
    const { pay, w } = page({
      bill: vi.fn().mockResolvedValueOnce(bill()).mockResolvedValue(rest),
      pay: () => Promise.resolve(order({ state: 'paid', receipt_number: 'SJ1' })), order: () => Promise.resolve(order({ state: 'paid', receipt_number: 'SJ1' })),
    }, b, '')
    await flushPromises()
    expect([pay.view.value, pay.ticket.value, b.left.length]).toEqual(['bill', 'ticket', 0])
    await pay.pay(bill().ways[0]!, true)
    await vi.advanceTimersByTimeAsync(31_000)
    expect([pay.view.value, pay.ticket.value, b.left.length]).toEqual(['result', '', 0])
    pay.toBill()
    await flushPromises()
    expect(b.left.length).toBe(1)
    expect(b.left[0]).toContain('appid=wx2')
    w.unmount()
  })

  it('shows another way when the money goes to somebody else meanwhile', async () => {
    const b = browser()
    b.open().keep('ticket', away)
    const elsewhere = new Refused(409, 'payer_elsewhere', '这些费用由另一个公众号的商户收')
    const { pay, w } = page({ pay: () => Promise.reject(elsewhere) }, { ...b, open: (q = '') => ({ ...b.open(q), leave: () => false }) }, '')
    await flushPromises()
    expect(pay.ticket.value).toBe('ticket')
    await pay.pay(bill().ways[0]!, true)
    await flushPromises()
    expect([pay.ticket.value, pay.view.value, pay.problem.value]).toEqual(['', 'bill', elsewhere.message])
    w.unmount()
  })

  it('asks again for a code that was used, and falls back to a picture when it is refused', async () => {
    const b = browser()
    b.open().leave(away)
    const used = page({ who: () => Promise.reject(new Refused(409, 'paycode_who_gone', '')) }, b, `?code=c1&state=${b.state()}`)
    await flushPromises()
    expect([used.pay.view.value, b.left.length]).toEqual(['loading', 2])
    used.w.unmount()
    const refused = page({ who: () => Promise.reject(new Refused(409, 'paycode_who', '')) }, b, `?code=c2&state=${b.state()}`)
    await flushPromises()
    expect([refused.pay.view.value, refused.pay.ticket.value, b.left.length]).toEqual(['bill', '', 2])
    refused.w.unmount()
    const clear = page({ bill: () => Promise.resolve(bill({ owed: 0, months: [] })) }, browser(), '')
    await flushPromises()
    expect(clear.pay.view.value).toBe('bill')
    clear.w.unmount()
  })
})
