import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import AmountField from './AmountField.vue'
import FormDrawer from './FormDrawer.vue'
import Money from './Money.vue'
import ReasonDialog from './ReasonDialog.vue'
import SegChoice from './SegChoice.vue'

describe('AmountField', () => {
  const field = (fen: number | null = null) => {
    const w = mount(AmountField, { props: { label: '实收', modelValue: fen, 'onUpdate:modelValue': (v: number | null) => w.setProps({ modelValue: v }) } })
    return w
  }
  it('says on Enter why a text is no amount: the field is not left then', async () => {
    const w = field(100)
    await w.get('input').setValue('-5')
    expect(w.find('[role="alert"], .wrong').exists()).toBe(false)
    await w.get('input').trigger('keydown', { key: 'Enter' })
    expect(w.get('input').attributes('aria-invalid')).toBe('true')
    expect(w.get('input').element.value).toBe('-5')
  })
  it('reads while typing and sets in order on leaving', async () => {
    const w = field()
    await w.get('input').setValue('１１００')
    expect(w.props('modelValue')).toBe(110000)
    await w.get('input').trigger('blur')
    expect(w.get('input').element.value).toBe('1,100.00')
  })
  it('keeps a wrong text and says how to fix it, after leaving', async () => {
    const w = field()
    await w.get('input').setValue('1.005')
    expect(w.find('.wrong').exists()).toBe(false)
    await w.get('input').trigger('blur')
    expect(w.get('.wrong').text()).toBe('金额最多两位小数')
    expect(w.get('input').element.value).toBe('1.005')
    expect(w.get('input').attributes('aria-invalid')).toBe('true')
    expect(w.props('modelValue')).toBeNull()
  })
  it('says nothing of an empty field that was only left, on Enter it does', async () => {
    const w = field()
    await w.get('input').trigger('blur')
    expect(w.find('.wrong').exists()).toBe(false)
    await w.get('input').setValue('x')
    await w.get('input').trigger('blur')
    expect(w.find('.wrong').exists()).toBe(true)
    await w.get('input').setValue('')
    expect(w.find('.wrong').exists()).toBe(false)
    await w.get('input').trigger('keydown', { key: 'Enter' })
    expect(w.get('.wrong').text()).toBe('请填写金额')
  })
  it('follows the amount from outside', async () => {
    const w = field(100)
    await w.setProps({ modelValue: 109483 })
    expect(w.get('input').element.value).toBe('1,094.83')
  })
})

interface MoneyProps { fen: number | null; yuan?: boolean; signed?: boolean; size?: 'big' }
it.each<[MoneyProps, string]>([
  [{ fen: 123450 }, '1,234.50'],
  [{ fen: 123450, yuan: true }, '¥1,234.50'],
  [{ fen: -5, yuan: true, size: 'big' }, '−¥0.05'],
  [{ fen: 5, yuan: true, signed: true }, '+¥0.05'],
  [{ fen: null, yuan: true }, '–'],
  [{ fen: 0 }, '0.00'],
])('Money %o is %s', (props, text) => expect(mount(Money, { props: props as { fen: number } & MoneyProps }).text()).toBe(text))

describe('ReasonDialog', () => {
  it('does nothing without a reason and repeats the verb', async () => {
    const w = mount(ReasonDialog, { props: { open: true, question: '作废收据 0047？', action: '作废收据', reasons: ['收错住户'] }, attachTo: document.body })
    await nextTick()
    const buttons = () => [...document.querySelectorAll<HTMLButtonElement>('.el-dialog button')]
    const press = async (text: string) => { buttons().find((b) => b.textContent!.includes(text))!.click(); await nextTick() }
    await press('作废收据')
    expect(w.emitted('confirm')).toBeUndefined()
    expect(document.querySelector('.wrong')?.textContent).toBe('请写明原因，会记入操作日志')
    await press('收错住户')
    await press('作废收据')
    expect(w.emitted('confirm')).toEqual([['收错住户']])
    await w.setProps({ busy: true })
    await press('作废收据')
    expect(w.emitted('confirm')).toHaveLength(1)
    w.unmount()
  })
})

it('SegChoice moves with the arrows past what is switched off', async () => {
  const w = mount(SegChoice<string>, { props: {
    label: '支付方式', modelValue: 'cash', 'onUpdate:modelValue': (v: string) => w.setProps({ modelValue: v }),
    options: [{ value: 'cash', title: '现金' }, { value: 'card', title: '刷卡', disabled: true }, { value: 'scan', title: '扫码' }],
  } })
  await w.trigger('keydown', { key: 'ArrowRight' })
  expect(w.props('modelValue')).toBe('scan')
  await w.trigger('keydown', { key: 'ArrowRight' })
  expect(w.props('modelValue')).toBe('cash')
})

it('a drawer that makes something new is left by 取消', async () => {
  const w = mount(FormDrawer, { props: { open: true, title: '收押金', action: '收押金' }, attachTo: document.body })
  await nextTick()
  expect([...document.querySelectorAll('.el-drawer__footer button')].map((b) => b.textContent?.trim().split(' ')[0])).toEqual(['取消', '收押金'])
  w.unmount()
})
