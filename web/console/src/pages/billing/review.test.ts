import { describe, expect, it } from 'vitest'
import { actionsFor, addsUp, causesOf, isWorking, percentOf, rowOfLook, type LineRow } from './review'
import type { Look, Review } from './types'

const review = {
  amount: 48_715_605, last_amount: 46_791_832, lines: 4650, dropped_lines: 3,
  causes: [
    { cause: 'fault', label: '未能算出', note: '', lines: 5, amount: -28_750 },
    { cause: 'correction', label: '人工更正', note: '', lines: 2, amount: 0 },
    { cause: 'price', label: '单价调整', note: '2.2 → 2.35', lines: 1274, amount: 1_952_523 },
  ],
  items: [
    { item_id: '1', name: '物业服务费', lines: 4000, last_amount: 40_000_000, amount: 42_000_000 },
    { item_id: '2', name: '公共能耗费', lines: 653, last_amount: 6_791_832, amount: 6_715_605 },
  ],
} as unknown as Review

describe('a review', () => {
  it('adds up only to the fen', () => {
    expect(addsUp(review)).toBe(true)
    expect(addsUp({ ...review, amount: review.amount + 1 })).toBe(false)
    expect(addsUp({ ...review, lines: review.lines - 1 })).toBe(false)
    expect(addsUp({ ...review, causes: review.causes.slice(1, 2) })).toBe(false)
    expect(addsUp({ ...review, last_amount: review.last_amount - 1, amount: review.amount - 1 })).toBe(false)
  })
  it('shows what adds first and flags what could not be computed', () => {
    expect(causesOf(review).map((c) => [c.key, c.flag])).toEqual([['price', undefined], ['fault', '需确认']])
  })
  it.each([[1_923_773, 46_791_832, '+4.11%'], [-500, 10_000, '−5.00%'], [0, 10_000, ''], [500, 0, ''], [10_000, 1, '+1000000.00%'], [1, 30_000, '+0.00%']])('%d of %d is %s', (d, b, text) => {
    expect(percentOf(d, b)).toBe(text)
  })
  it('is asked for again while a job works on it', () => {
    expect((['generating', 'releasing', 'withdrawing'] as const).every(isWorking)).toBe(true)
    expect((['draft', 'empty', 'released', 'withdrawn', undefined] as const).some(isWorking)).toBe(false)
  })
})

describe('what may be done with a line', () => {
  const row = (over: Partial<LineRow> = {}): LineRow => ({
    key: '1', charge: '1', roomId: '2', room: '7栋1单元1203', item: '物业服务费', month: '2026-11', note: '', last: 1, amount: 2, hold: 'normal', fault: false, metered: false, corrected: false, ...over,
  })
  const all = { run: true, release: true }
  it('follows the state of the run and the line', () => {
    expect(actionsFor(row(), 'draft', all)).toEqual(['correct', 'hold', 'drop'])
    expect(actionsFor(row({ hold: 'held' }), 'draft', all)).toEqual(['correct', 'restore', 'drop'])
    expect(actionsFor(row({ hold: 'dropped' }), 'draft', all)).toEqual(['restore'])
    expect(actionsFor(row(), 'released', all)).toEqual([])
    expect(actionsFor(row({ hold: 'held' }), 'released', all)).toEqual(['release', 'correct', 'drop'])
    expect(actionsFor(row({ hold: 'dropped' }), 'released', all)).toEqual(['restore'])
    for (const state of ['generating', 'releasing', 'withdrawing', 'withdrawn', 'empty'] as const) expect(actionsFor(row({ hold: 'held' }), state, all)).toEqual([])
  })
  it('asks for the right', () => {
    expect(actionsFor(row(), 'draft', { run: false, release: true })).toEqual([])
    expect(actionsFor(row({ hold: 'held' }), 'released', { run: false, release: true })).toEqual(['release'])
    expect(actionsFor(row({ hold: 'held' }), 'released', { run: true, release: false })).toEqual(['correct', 'drop'])
  })
  it('is nothing where nothing was computed', () => {
    const look = { id: '5', kind: 'fault', charge_id: '', room_id: '2', room_label: '7栋', item_id: '1', item_name: '公摊', month: '2026-11', reason: '缺少人数', last_amount: 0, amount: 0, hold: 'normal' } as Look
    expect(rowOfLook(look)).toMatchObject({ fault: true, last: null, amount: null })
    expect(actionsFor(rowOfLook(look), 'draft', all)).toEqual([])
  })
})
