import { describe, expect, it } from 'vitest'
import { importTexts } from '@/texts/import'
import { answered, changeCount, fileFault, goodRows, resultOf, stepsOf, unanswered, writesNothing, type Import } from './imports'

const base = {
  id: '1', kind: 'roster', file_name: 'a.xlsx', state: 'ready', rows: 12, errors: 0, faulty_rows: 0, skipped_rows: 0, done: 0, total: 0, sheet: 'S', header_row: 1, ignored: [], kept: [], hidden_rows: 0, hidden_columns: [],
  formulas: 0, merged: 0, facts: [], changes: [], failure: '', undone_name: '', created_name: '何静', created_at: '2026-11-20T00:00:00Z',
  counts: { buildings: 0, units: 0, rooms: 0, rooms_changed: 0, rooms_same: 12, people: 0, people_changed: 0, people_same: 9, occupants: 0, occupants_changed: 0, occupants_same: 9, kept: 0 },
} as Import

describe('an import', () => {
  it.each([
    [{ name: '名册.xls', size: 9 }, /另存为 xlsx/], [{ name: '名册.XLSX', size: 0 }, /空的/], [{ name: '名册.csv', size: 21 * 1024 * 1024 }, /20 MB/],
  ])('refuses %o before it is sent', (file, words) => expect(fileFault(file)).toMatch(words))
  it('takes a table', () => expect(fileFault({ name: '名册.csv', size: 3 })).toBeNull())
  it('asks about hidden content and formulas', () => {
    expect(unanswered(base, { hidden: '', formulas: false })).toBeNull()
    expect(unanswered({ ...base, hidden_columns: ['手机号'] }, { hidden: '', formulas: false })).toMatch('隐藏')
    expect(unanswered({ ...base, formulas: 3 }, { hidden: 'skip', formulas: false })).toMatch('公式')
    expect(unanswered({ ...base, formulas: 3, hidden_rows: 1 }, { hidden: 'include', formulas: true })).toBeNull()
  })
  it('knows when there is nothing to write', () => {
    expect(writesNothing(base)).toBe(true)
    const changed = { ...base, counts: { ...base.counts, people_changed: 2, rooms_changed: 1 } }
    expect([writesNothing(changed), changeCount(changed)]).toEqual([false, 3])
    expect(writesNothing({ ...base, kept: ['租金（K1）'], counts: { ...base.counts, kept: 2 } })).toBe(false)
  })
  it('offers the rows without a fault, unless the file as a whole is wrong or has none', () => {
    const refused = { ...base, state: 'refused' as const, errors: 5 }
    expect([goodRows({ ...refused, faulty_rows: 3 }), goodRows(refused), goodRows({ ...refused, faulty_rows: 12 })]).toEqual([9, 0, 0])
    expect(answered({ hidden: '', formulas: false }, 'refused')).toEqual({ formulas: false, faulty: 'skip' })
    expect(answered({ hidden: 'skip', formulas: true }, 'ready')).toEqual({ hidden: 'skip', formulas: true })
  })
  it('tells what opening arrears come to', () => {
    const opening = { ...base, kind: 'opening', facts: [{ title: '费用', value: '3 条' }, { title: '房屋', value: '2 间' }, { title: '期初欠费', value: '400.00 元' }] }
    expect([resultOf(opening), writesNothing(opening)]).toEqual(['费用 3 条，期初欠费 400.00 元', false])
  })
  it('knows a sheet of readings that says nothing new', () => {
    const sheet = { ...base, kind: 'reading_water', facts: [{ title: '将录入', value: '3 块表' }, { title: '用量合计', value: '36' }] }
    expect([writesNothing(sheet), resultOf(sheet)]).toEqual([false, '将录入 3 块表，用量合计 36'])
    expect(writesNothing({ ...sheet, facts: [{ title: '将录入', value: '0 块表' }] })).toBe(true)
  })
  it('says what it did and what taking it back does, without zeros', () => {
    expect([importTexts.appliedText(2, 3, 0), importTexts.appliedText(0, 0, 2)]).toEqual(['新增房屋 2 间、住户 3 位。接下来可以设费用项目、出账。', '改了 2 处。'])
    expect([importTexts.undoText(0, 0, 2), importTexts.undoText(1, 1, 0)]).toEqual(['修改过的 2 处还原成导入前的样子。', '新增的 1 间房屋、1 位住户会删去。'])
  })
  it('stands at its step', () => {
    expect(stepsOf(base).map((s) => s.state)).toEqual(['done', 'done', 'now', 'todo'])
    expect(stepsOf({ ...base, state: 'applied' }).map((s) => s.state)).toEqual(['done', 'done', 'done', 'done'])
  })
})
