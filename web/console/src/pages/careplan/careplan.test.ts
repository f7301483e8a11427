import { describe, expect, test } from 'vitest'
import type { Plan } from './api'
import { nextDay, planBody, planDraft, planFaults, standing, turned, visitFaults } from './careplan'

test.each([
  ['2026-06-03', 7, 'fine', '2026-06-10'],
  ['2026-02-26', 7, 'fine', '2026-03-05'],
  ['2028-02-28', 1, 'fine', '2028-02-29'],
  ['2026-12-25', 15, 'fine', '2027-01-09'],
  ['2026-01-31', 30, 'fine', '2026-03-02'],
  ['2026-12-31', 30, 'missed', '2027-01-01'],
  ['2026-06-30', 30, 'follow', '2026-07-01'],
] as const)('after %s, every %i days, %s: %s, as the server says', (day, days, result, next) => expect(nextDay(day, days, result)).toBe(next))

describe('what a row waits for', () => {
  const words = (due: string, days_over: number, follow: boolean) => standing({ due, days_over, follow }, '2026-06-10').map((x) => `${x.tone} ${x.text}`)
  test('overdue, today, not yet', () => {
    expect(words('2026-06-08', 2, false)).toEqual(['overdue 逾期 2 天'])
    expect(words('2026-06-10', 0, false)).toEqual(['due 今天'])
    expect(words('2026-06-11', 0, false)).toEqual(['draft 没到日子'])
  })
  test('what is to be followed up waits although its day has not come', () => {
    expect(words('2026-06-11', 0, true)).toEqual(['due 需要跟进'])
    expect(words('2026-06-08', 2, true)).toEqual(['overdue 逾期 2 天', 'due 需要跟进'])
  })
})

test('what is to be followed up must be said', () => {
  expect(visitFaults({ result: 'follow', day: '2026-06-10', note: ' ' }).note).not.toBeNull()
  expect(visitFaults({ result: 'fine', day: '', note: '' })).toEqual({ day: '请填走访日期', note: null })
})

test('a plan is checked before it is sent', () => {
  const good = { name: ' 独居老人探访 ', tag: '7', days: ' 30 ', todo: '看看', begins: '2026-06-10' }
  expect(Object.values(planFaults(good)).filter(Boolean)).toEqual([])
  expect(planBody(good)).toEqual({ name: '独居老人探访', days: 30, todo: '看看', begins: '2026-06-10' })
  for (const days of ['', '0', '367', '7.5', '-1', '七']) expect([days, planFaults({ ...good, days }).days]).toEqual([days, '请填 1–366 之间的整天数'])
  expect(Object.values(planFaults(planDraft('2026-06-10'))).filter(Boolean)).toHaveLength(4)
})

test('ending a plan changes nothing else of it', () => {
  const plan: Plan = { id: '1', name: '探访', tag_id: '7', tag_name: '独居老人', tag_kind: 'person', days: 7, todo: '看看', begins: '2026-06-01', state: 'active', version: 3 }
  expect(turned(plan)).toEqual({ name: '探访', days: 7, todo: '看看', begins: '2026-06-01', state: 'ended', version: 3 })
  expect(planDraft('2026-06-10', plan).begins).toBe('2026-06-01')
})
