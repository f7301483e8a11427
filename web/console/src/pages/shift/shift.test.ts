import { describe, expect, it } from 'vitest'
import { notesOf, pieces, sumNotes, usualHanded } from './shift'

describe('counting a drawer', () => {
  it('reads numbers of notes and nothing else', () => {
    expect(['', ' 3 ', '0', '12', '1.5', '-1', 'x', '123456'].map(pieces)).toEqual([0, 3, 0, 12, null, null, null, null])
  })
  it('adds up notes', () => {
    const notes = notesOf({ 10000: '3', 500: '2', 10: '7', 5000: '' })
    expect(notes).toEqual([{ value: 10000, n: 3 }, { value: 500, n: 2 }, { value: 10, n: 7 }])
    expect(sumNotes(notes ?? [])).toBe(31070)
    expect(notesOf({ 10000: 'drei' })).toBeNull()
    expect(notesOf({})).toEqual([])
  })
  it('hands in all but the 备用金', () => {
    expect([usualHanded(62000, 50000), usualHanded(30000, 50000)]).toEqual([12000, 0])
  })
})
