import { describe, expect, it } from 'vitest'
import { sizeWords } from '@/texts/exports'
import { exportQuery } from './useExport'

describe('the filters of an export', () => {
  it('are those of the page, without paging and without what is empty', () => {
    expect(exportQuery({ q: '陈', state: ['open', 'paid'], building_id: '', item_id: undefined, days_over: 0, mine: true, limit: 50, cursor: 'abc', count: true }))
      .toBe('q=%E9%99%88&state=open%2Cpaid&mine=true')
    expect(exportQuery({})).toBe('')
  })
})

describe('the size of a file', () => {
  it('is told in words', () => {
    expect([sizeWords(0), sizeWords(300), sizeWords(20_480), sizeWords(3_145_728)]).toEqual(['–', '1 KB', '20 KB', '3.0 MB'])
  })
})
