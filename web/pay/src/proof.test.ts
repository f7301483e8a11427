import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { proofTokenOf, type Proof } from './api'
import ProofApp from './ProofApp.vue'

const proof = (more: Partial<Proof> = {}): Proof => ({
  company: '邻里物业', project: '翠湖花园', phone: '0571-8765 4321', number: 'SJ2026-000123', at: '2026-11-21T10:00:00+08:00', amount: 25004, upper: '贰佰伍拾元零肆分',
  payer: '张*', state: 'valid', other_number: '', refunded: 0, read_at: '2026-11-22T09:00:00+08:00', ...more,
})
const answers = (status: number, body: unknown) => vi.stubGlobal('fetch', vi.fn(async () => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })))
afterEach(() => vi.unstubAllGlobals())

async function page() {
  const w = mount(ProofApp, { props: { token: 'abc' } })
  await flushPromises()
  return w
}

describe('the page of the code on a receipt', () => {
  it('is found by its address and no other', () => {
    expect(proofTokenOf('/pay/r/AbC_-1')).toBe('AbC_-1')
    expect(proofTokenOf('/pay/7.AbC')).toBeNull()
  })
  it('says that it is genuine, with number, amount, time and the masked payer', async () => {
    answers(200, proof())
    const text = (await page()).text()
    for (const part of ['这张收据是真的，有效', 'SJ2026-000123', '¥250.04', '贰佰伍拾元零肆分', '2026-11-21 10:00', '张*', '0571-8765 4321']) expect(text).toContain(part)
    expect(fetch).toHaveBeenCalledWith('/api/v1/receipt-proofs/abc', expect.objectContaining({ method: 'GET', credentials: 'omit' }))
  })
  it('rings the service centre', async () => {
    answers(200, proof())
    expect((await page()).get('a.call').attributes('href')).toBe('tel:057187654321')
  })
  it.each<[Proof['state'], string, string]>([
    ['void', '', '这张收据已作废'], ['reversed', 'SJ2026-000200', '已由红字收据 SJ2026-000200 整张冲销'], ['red', 'SJ2026-000123', '它冲销收据 SJ2026-000123'],
  ])('says what became of one that is %s', async (state, other_number, words) => {
    answers(200, proof({ state, other_number }))
    const text = (await page()).text()
    expect(text).toContain(words)
    expect(text).not.toContain('有效')
  })
  it('says how much was given back', async () => {
    answers(200, proof({ refunded: 1000 }))
    expect((await page()).text()).toContain('这张收据已退 ¥10.00')
  })
  it.each([[404, '查不到这张收据'], [422, '查不到这张收据'], [429, '打开得太频繁'], [500, '没能查出来']])('answers %d in words', async (status, words) => {
    answers(status, { code: 'x', detail: 'x' })
    expect((await page()).text()).toContain(words)
  })
  it('reads again after there was no line', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => { throw new TypeError('no line') }))
    const w = await page()
    expect(w.text()).toContain('没有网络')
    answers(200, proof())
    await w.get('button.plain').trigger('click')
    await flushPromises()
    expect(w.text()).toContain('有效')
  })
})
