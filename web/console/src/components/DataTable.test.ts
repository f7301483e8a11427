import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { h, nextTick } from 'vue'
import { ApiError } from '@/api/errors'
import DataTable from './DataTable.vue'
import { nextSort, pageNumbers, sorted, type TableColumn } from './dataTable'

interface Row { id: string; room: string; due: number; paid: number | null }
const rows: Row[] = [
  { id: '1', room: '1栋1单元301', due: 22630, paid: null },
  { id: '2', room: '1栋1单元1203', due: 27829, paid: 10000 },
]
const columns: TableColumn<Row>[] = [
  { key: 'room', title: '房屋', strong: true, sortable: true },
  { key: 'due', title: '应收', kind: 'money' },
  { key: 'paid', title: '已收', kind: 'money' },
]

function table(extra: Record<string, unknown> = {}, slots: Record<string, () => unknown> = {}) {
  return mount(DataTable<Row>, { props: { columns, rows, rowKey: (r: Row) => r.id, name: '费用明细', ...extra }, slots, attachTo: document.body })
}

describe('DataTable', () => {
  it('shows money, gaps and both lines of the sum', () => {
    const w = table({ summary: [{ label: '合计 全部 1,366 条', values: { due: 26448702, paid: 2130640 }, yuan: true }, { label: '其中本页 2 条', values: { due: 50459, paid: 10000 } }] })
    expect(w.findAll('tbody td').map((td) => td.text())).toEqual(['1栋1单元301', '226.30', '–', '1栋1单元1203', '278.29', '100.00'])
    expect(w.findAll('tfoot td').map((td) => td.text())).toEqual(['合计 全部 1,366 条', '¥264,487.02', '¥21,306.40', '其中本页 2 条', '504.59', '100.00'])
    w.unmount()
  })

  it('selects the page, then the whole result', async () => {
    const w = table({ selectable: true, total: 1366, selected: ['9'], 'onUpdate:selected': (selected: string[]) => w.setProps({ selected }), 'onUpdate:wholeResult': (wholeResult: boolean) => w.setProps({ wholeResult }) })
    await w.get('[aria-label="选中本页"]').setValue(true)
    expect(w.props('selected')).toEqual(['9', '1', '2'])
    await w.findAll('.bulk button').find((b) => b.text() === '选中全部 1,366 条')!.trigger('click')
    expect(w.get('.bulk').text()).toContain('已选 1,366 条')
    await w.get('[aria-label="选中 1栋1单元301"]').setValue(false)
    expect(w.props('wholeResult')).toBe(false)
    expect(w.props('selected')).toEqual(['9', '2'])
    w.unmount()
  })

  it('walks with J and K, picks with X and opens with Enter', async () => {
    const w = table({ selectable: true, opens: true, selected: [], 'onUpdate:selected': (selected: string[]) => w.setProps({ selected }) })
    const press = async (key: string) => {
      ;(document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
      await nextTick()
    }
    for (const key of ['j', 'j', 'j', 'x', 'Enter']) await press(key)
    expect(w.props('selected')).toEqual(['2'])
    expect(w.emitted('open')?.[0]).toEqual([rows[1]])
    w.unmount()
  })

  it('keeps its head in every state', async () => {
    const error = new ApiError({ status: 503, code: 'x', title: '', detail: '连接服务器超时', reference: 'E-7F3A2' })
    const w = table({ error })
    expect(w.findAll('thead th')).toHaveLength(3)
    expect(w.text()).toContain('没能读出费用明细')
    expect(w.text()).toContain('复制错误编号 E-7F3A2')
    await w.findAll('button').find((b) => b.text() === '重试')!.trigger('click')
    expect(w.emitted('retry')).toHaveLength(1)
    w.unmount()
    const empty = table({ rows: [] }, { empty: () => h('p', '没有符合条件的费用') })
    expect(empty.text()).toContain('没有符合条件的费用')
    empty.unmount()
  })

  it('sorts by its heads and says so', async () => {
    const w = table({ sort: { key: 'room', down: false } })
    expect(w.get('th').attributes('aria-sort')).toBe('ascending')
    await w.get('th button').trigger('click')
    expect(w.emitted('update:sort')?.[0]).toEqual([{ key: 'room', down: true }])
    w.unmount()
  })
})

it('turns a sort round', () => {
  expect(nextSort(null, 'due')).toEqual({ key: 'due', down: false })
  expect(nextSort({ key: 'due', down: true }, 'due')).toEqual({ key: 'due', down: false })
})

it('puts rows that are all here in the order of a column', () => {
  expect(sorted(rows, null)).toBe(rows)
  expect(sorted(rows, { key: 'due', down: true }).map((r) => r.id)).toEqual(['2', '1'])
  expect(sorted([{ name: '2' }, { name: '10' }, { name: '1' }].map((r) => ({ ...r, n: Number(r.name) })), { key: 'n', down: false }).map((r) => r.n)).toEqual([1, 2, 10])
  expect(sorted([{ name: '张' }, { name: '安' }, { name: '李' }], { key: 'name', down: false }).map((r) => r.name)).toEqual(['安', '李', '张'])
  for (const down of [true, false]) expect(sorted(rows, { key: 'paid', down }).map((r) => r.id)).toEqual(['2', '1']) // what is not known comes last
  expect(rows.map((r) => r.id)).toEqual(['1', '2'])
})

it.each([
  [1, 5, [1, 2, 3, 4, 5]],
  [1, 125, [1, 2, 3, 4, null, 125]],
  [60, 125, [1, null, 59, 60, 61, null, 125]],
  [125, 125, [1, null, 122, 123, 124, 125]],
])('on page %s of %s offers %o', (page, pages, list) => expect(pageNumbers(page, pages)).toEqual(list))
