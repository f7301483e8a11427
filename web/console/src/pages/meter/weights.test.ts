import { describe, expect, it } from 'vitest'
import type { Pasted } from './calls'
import { askable, givenOf, linesIn, MAX_LINES, weightsFault } from './weights'

const read = (some: Partial<Pasted> = {}): Pasted => ({
  weights: [{ room_id: '7', room_label: '3栋101', weight: 15_000 }, { room_id: '8', room_label: '3栋102', weight: 0 }],
  faults: [], sum: 15_000, without: 1, without_names: ['3栋102'], ...some,
})
const faults = [{ line: 2, text: '9-9-9 1', why: '没有这间房' }]

describe('pasted weights', () => {
  it('counts the lines of any sheet and leaves empty ones out', () => {
    expect(linesIn('1-101\t1\r\n\r\n1-102\t2\r1-103 3\n \n')).toBe(3)
    expect(linesIn(' \n\t')).toBe(0)
  })
  it('asks nothing about an empty text or about more lines than are taken', () => {
    expect([askable(''), askable('1-101 1'), askable('1-1 1\n'.repeat(MAX_LINES)), askable('1-1 1\n'.repeat(MAX_LINES + 1))]).toEqual([false, true, true, false])
  })
  it.each([
    ['', undefined, '请粘贴房号和权重'],
    ['1-1 1\n'.repeat(5001), read(), '一次最多 5,000 行，现在有 5,001 行；请按楼栋分成几张公摊单'],
    ['1-101 1.5', undefined, '房号还没有核对完，请稍等'],
    ['1-101 1.5\n9-9-9 1', read({ faults }), '有 1 行看不懂，请照下面写的改好'],
    ['1-101 0', read({ sum: 0 }), '权重合计要大于 0'],
    ['1-101 1.5', read(), null],
  ])('says what is missing of %#', (text, answer, want) => {
    expect(weightsFault(text, answer)).toBe(want)
  })
  it('sends every weight that was read, and none while a line is faulty', () => {
    expect(givenOf(read())).toEqual([{ room_id: '7', weight: 15_000 }, { room_id: '8', weight: 0 }])
    expect(givenOf(read({ faults }))).toEqual([])
    expect(givenOf(undefined)).toEqual([])
  })
})
