import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import RowActions from './RowActions.vue'

const all = ['退还', '抵欠费', '扣款', '没收', '转移'].map((title, n) => ({ key: `a${n}`, title }))
const row = (n: number) => mount(RowActions<string>, { props: { actions: all.slice(0, n), name: 'SJ2026-000001' }, global: { stubs: { RouterLink: true } }, attachTo: document.body })

describe('RowActions', () => {
  it('shows two as words and the rest behind 更多', async () => {
    const w = row(5)
    expect(w.findAll('button').map((b) => b.text())).toEqual(['退还', '抵欠费', '更多，SJ2026-000001'])
    await w.get('[aria-haspopup]').trigger('click')
    await nextTick()
    const items = w.findAll('[role="menuitem"]')
    expect(items.map((i) => i.text())).toEqual(['扣款', '没收', '转移'])
    expect(document.activeElement).toBe(items[0]!.element)
    await w.get('.menu').trigger('keydown', { key: 'ArrowDown' })
    expect(document.activeElement).toBe(items[1]!.element)
    await items[1]!.trigger('click')
    expect(w.emitted('take')).toEqual([['a3']])
    expect(w.find('[role="menu"]').exists()).toBe(false)
    w.unmount()
  })
  it('has no menu for two, and closes when the table scrolls under it', async () => {
    const few = row(2)
    expect(few.findAll('button')).toHaveLength(2)
    few.unmount()
    const w = row(3)
    await w.get('[aria-haspopup]').trigger('click')
    expect(w.get<HTMLElement>('[role="menu"]').element.style.position).toBe('fixed')
    window.dispatchEvent(new Event('scroll'))
    await nextTick()
    expect(w.find('[role="menu"]').exists()).toBe(false)
    w.unmount()
  })
})
