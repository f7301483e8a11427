import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import DateField from './DateField.vue'

const field = (props: Record<string, unknown>, modelValue = '') => {
  const w = mount(DateField, { props: { label: '到', modelValue, 'onUpdate:modelValue': (v: string) => w.setProps({ modelValue: v }), ...props }, attachTo: document.body })
  return w
}
afterEach(() => { document.body.innerHTML = '' })

describe('DateField', () => {
  const type = async (w: ReturnType<typeof field>, text: string) => {
    await w.get('input').setValue(text)
    await w.get('input').trigger('keydown', { key: 'Enter', code: 'Enter' })
    await nextTick()
  }
  it.each([
    ['a date', {}, '2026-11-22', '2026-11-22'], ['a month', { month: true }, '2026-11', '2026-11'], ['in a row of filters', { inline: true }, '2026-11-22', '2026-11-22'],
    ['nothing that is no date', {}, '22.11.2026', ''], ['nothing before the first day', { min: '2026-11-23' }, '2026-11-22', ''], ['no month after the last', { month: true, max: '2026-10' }, '2026-11', ''],
    ['the last month itself', { month: true, max: '2026-11' }, '2026-11', '2026-11'],
  ])('takes by keyboard %s', async (_, props, text, want) => {
    const w = field(props)
    await type(w, text)
    expect(w.props('modelValue')).toBe(want)
    w.unmount()
  })
  it('shows the date as it is written here, and its name', async () => {
    const w = field({ inline: true }, '2026-11-22')
    await nextTick()
    expect(w.get('input').element.value).toBe('2026-11-22')
    expect(w.get('label').attributes('for')).toBe(w.get('input').attributes('id'))
    w.unmount()
  })
  it('is emptied by emptying its text', async () => {
    const w = field({ inline: true }, '2026-11-22')
    await type(w, '')
    expect(w.props('modelValue')).toBe('')
    w.unmount()
  })
})

it('no page leaves the writing of a date to the language of the browser', () => {
  const pages = import.meta.glob<string>('../**/*.vue', { query: '?raw', import: 'default', eager: true })
  expect(Object.keys(pages).length).toBeGreaterThan(50)
  const native = Object.entries(pages).filter(([, text]) => /<input[^>]*type="(date|month|datetime-local|time|week)"/.test(text)).map(([file]) => file)
  expect(native).toEqual([])
})
