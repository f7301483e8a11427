import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import FeeMatrix from './FeeMatrix.vue'
import { linesOf, moved, reach, toggled, triOf, type FeeColumn, type FeeGroup } from './feeMatrix'

const columns: FeeColumn[] = [
  { key: '2026-09', title: '9月', sub: '逾期 51 天', tone: 'overdue' },
  { key: '2026-10', title: '10月', sub: '逾期 20 天', tone: 'overdue' },
  { key: '2026-11', title: '11月', sub: '11-30 到期', tone: 'due' },
]
const cell = (id: string, fen: number) => ({ id, fen })
const groups: FeeGroup[] = [
  { id: 'room', title: '3栋2单元1502', rows: [
    { id: 'fee', title: '物业服务费', cells: { '2026-09': cell('a9', 26052), '2026-10': cell('a10', 26052), '2026-11': cell('a11', 27829) } },
    { id: 'water', title: '代收水费', cells: { '2026-10': cell('w10', 5865), '2026-11': cell('w11', 5175) } },
  ] },
  { id: 'flat', title: '7栋1单元802', rows: [
    { id: 'fee', title: '物业服务费', cells: { '2026-11': cell('b11', 20953) } },
    { id: 'held', title: '违约金', cells: { '2026-11': { id: 'h11', fen: 100, locked: '减免审批中' } } },
  ] },
]
const room = groups[0]!

describe('ticking', () => {
  it('takes a month over all rooms, without locked cells', () => {
    expect(toggled({ kind: 'column', column: columns[2]! }, groups, new Set())).toEqual(['a11', 'w11', 'b11'])
  })
  it('completes a half taken room first and gives a full one back', () => {
    expect(toggled({ kind: 'group', group: room }, groups, new Set(['a9']))).toEqual(['a9', 'a10', 'a11', 'w10', 'w11'])
    expect(toggled({ kind: 'group', group: room }, groups, new Set(['a9', 'a10', 'a11', 'w10', 'w11', 'b11']))).toEqual(['b11'])
  })
  it('takes a fee over its months', () => {
    expect(toggled({ kind: 'row', group: room, row: room.rows[1]! }, groups, new Set())).toEqual(['w10', 'w11'])
  })
  it('never reaches a settled room', () => {
    const settled = [{ ...room, settled: '已缴' }, groups[1]!]
    expect(reach({ kind: 'all' }, settled).map((c) => c.id)).toEqual(['b11'])
    expect(reach({ kind: 'group', group: settled[0]! }, settled)).toEqual([])
  })
  it('knows all, some and none', () => {
    const all = reach({ kind: 'all' }, groups)
    expect([new Set<string>(), new Set(['a9']), new Set(all.map((c) => c.id))].map((s) => triOf(all, s))).toEqual(['none', 'some', 'all'])
  })
})

describe('arrows', () => {
  const lines = linesOf(groups, columns) // 0 head, 1 room, 2 fee, 3 water, 4 flat, 5 fee, 6 held
  it('keep the month and pass over room lines', () => {
    expect(moved(lines, { line: 3, at: 3 }, 'down', 3)).toEqual({ line: 5, at: 3 })
    expect(moved(lines, { line: 2, at: 1 }, 'up', 1)).toEqual({ line: 0, at: 1 })
  })
  it('enter a line without that month at the nearest one and remember the wish', () => {
    expect(moved(lines, { line: 2, at: 1 }, 'down', 1)).toEqual({ line: 3, at: 2 })
    expect(moved(lines, { line: 3, at: 2 }, 'up', 1)).toEqual({ line: 2, at: 1 })
  })
  it('walk the titles too', () => {
    expect(moved(lines, { line: 1, at: 0 }, 'down', 0)).toEqual({ line: 2, at: 0 })
    expect(moved(lines, { line: 3, at: 2 }, 'left', 0)).toEqual({ line: 3, at: 0 })
  })
  it('stop at the edges', () => {
    expect(moved(lines, { line: 5, at: 3 }, 'down', 3)).toBeNull()
    expect(moved(lines, { line: 2, at: 3 }, 'right', 0)).toBeNull()
  })
})

describe('the matrix on the screen', () => {
  function open(start: string[] = []) {
    const selected = ref(start)
    const asked: string[] = []
    const wrapper = mount(defineComponent(() => () => h(FeeMatrix, {
      groups, columns, selected: selected.value,
      'onUpdate:selected': (ids: string[]) => { selected.value = ids },
      onExplain: (target: { cell: { id: string } }) => { asked.push(target.cell.id) },
    })), { attachTo: document.body })
    const box = (name: string) => wrapper.get(`input[aria-label^="${name}"]`)
    return { wrapper, selected, asked, box }
  }

  it('adds up what is ticked by month and in all', async () => {
    const { wrapper, box, selected } = open()
    await box('3栋2单元1502 全部费用').setValue(true)
    expect(selected.value).toHaveLength(5)
    expect(wrapper.findAll('tfoot td').map((td) => td.text())).toEqual([
      '已选 5 项 全部欠费 ¥1,120.26，未选 ¥210.53', '260.52', '319.17', '330.04', '¥909.73',
    ])
    expect((box('全部欠费').element as HTMLInputElement).indeterminate).toBe(true)
    wrapper.unmount()
  })

  it('is one tab stop and is worked with keys alone', async () => {
    const { wrapper, box, selected, asked } = open()
    expect(wrapper.findAll('input[tabindex="0"]')).toHaveLength(1)
    ;(box('全部欠费').element as HTMLElement).focus()
    const press = async (key: string) => {
      document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
      await nextTick()
    }
    await press('ArrowRight')
    await press('ArrowDown')
    expect(document.activeElement?.getAttribute('aria-label')).toBe('3栋2单元1502 物业服务费 9月 260.52 元')
    await press('y')
    expect(asked).toEqual(['a9'])
    await press('a')
    expect(selected.value).toEqual(['a9', 'a10', 'a11', 'w10', 'w11', 'b11'])
    wrapper.unmount()
  })

  it('shows a locked amount without a box and dashes where nothing is owed', () => {
    const { wrapper } = open()
    expect(wrapper.find('input[aria-label^="7栋1单元802 违约金"]').exists()).toBe(false)
    expect(wrapper.find('[title="减免审批中"]').text()).toBe('1.00')
    wrapper.unmount()
  })
})
