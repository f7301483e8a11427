import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import AgeingBars from './AgeingBars.vue'
import CauseBars from './CauseBars.vue'
import { signedBars } from './causeBars'

describe('signed bars', () => {
  it('share one scale on both sides of zero', () => {
    const [plus, minus] = signedBars([300, -100], 80)
    expect(plus).toEqual({ left: 20, width: 60, axis: 20 })
    expect(minus).toEqual({ left: 0, width: 20, axis: 20 })
  })
  it('never vanish and never leave the track', () => {
    const bars = signedBars([2062241, 1, -1, 0], 84)
    expect(bars.map((b) => b.width)).toEqual([82, 2, 2, 0])
    expect(bars.every((b) => b.left >= 0 && b.left + b.width <= 84)).toBe(true)
  })
  it('stand at the edge when there is one side only', () => {
    expect(signedBars([5, 10], 84)[1]).toEqual({ left: 0, width: 84, axis: 0 })
    expect(signedBars([-10], 84)[0]).toEqual({ left: 0, width: 82, axis: 82 })
    expect(signedBars([0], 84)[0]!.width).toBe(0)
  })
})

describe('CauseBars', () => {
  const causes = [
    { key: 'price', title: '单价调整', count: 1274, fen: 2062241 },
    { key: 'lease', title: '租约终止', count: 1, fen: -324000 },
  ]
  it('confirms causes that add up', () => {
    const w = mount(CauseBars, { props: { causes, difference: 1738241, title: '为什么不一样' } })
    expect(w.text()).toContain('2 个原因加总等于差额')
    expect(w.get('tfoot').text()).toContain('+17,382.41')
    expect(w.text()).toContain('−3,240.00')
  })
  it('names the gap when they do not', () => {
    const w = mount(CauseBars, { props: { causes, difference: 1738240, title: '为什么不一样' } })
    expect(w.get('[role="alert"]').text()).toContain('相差 0.01 元')
    expect(w.text()).not.toContain('加总等于差额')
  })
})

it('AgeingBars add up and scale to the longest', () => {
  const w = mount(AgeingBars, { props: { remark: '不含未到期 74,521.87', buckets: [
    { key: '1', label: '1–30 天', fen: 2841650, households: 83 }, { key: '2', label: '31–90 天', fen: 4120875, households: 76 },
  ] } })
  expect(w.text()).toContain('¥69,625.25')
  expect(w.text()).toContain('159 户，不含未到期 74,521.87')
  expect(w.findAll('.fill').map((f) => (f.element as HTMLElement).style.width)).toEqual([expect.stringMatching(/^68\.9/), '100%'])
})
