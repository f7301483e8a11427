import { expect, test } from 'vitest'
import { festivalWords } from './holidays'

test('a festival in words', () => {
  const f = { name: '国庆节', from_date: '2026-10-01', until_date: '2026-10-07', work_dates: ['2026-09-20', '2026-10-10'] }
  expect(festivalWords(f)).toBe('国庆节：10月1日至7日；9月20日、10月10日上班')
  expect(festivalWords({ ...f, name: '端午节', from_date: '2025-05-31', until_date: '2025-06-02', work_dates: [] })).toBe('端午节：5月31日至6月2日')
  expect(festivalWords({ ...f, name: '元旦', from_date: '2025-01-01', until_date: '2025-01-01', work_dates: [] })).toBe('元旦：1月1日')
})
