import { describe, expect, it } from 'vitest'
import { dateOf, daysBetween, dueWords, formatDate, formatDayWithWeek, formatExact, formatLength, formatMoment, formatMonth, formatTime } from './time'

const now = '2026-11-20T06:30:00Z' // 14:30 in Shanghai

describe('moments', () => {
  it.each([
    ['2026-11-20T06:26:08Z', '今天 14:26'],
    ['2026-11-19T16:00:00Z', '今天 00:00'],
    ['2026-11-19T15:59:59Z', '11-19 23:59'],
    ['2025-12-31T15:59:00Z', '2025-12-31'],
    ['2025-12-31T16:00:00Z', '01-01 00:00'],
    [null, '–'],
  ])('%s reads %s', (at, text) => expect(formatMoment(at, now)).toBe(text))

  it('keeps the Shanghai day when it is still yesterday in UTC', () => {
    expect(dateOf('2026-11-19T16:30:00Z')).toBe('2026-11-20')
    expect(formatTime('2026-11-19T16:30:05Z', { seconds: true })).toBe('00:30:05')
    expect(formatExact(Date.UTC(2026, 10, 20, 6, 26, 8))).toBe('2026-11-20 14:26:08')
  })

  it('names the weekday', () => expect(formatDayWithWeek(now)).toBe('11月20日 周五'))
})

describe('business dates', () => {
  it('drops the year only when it is this one', () => {
    expect(formatDate('2026-11-30', now)).toBe('11-30')
    expect(formatDate('2025-11-30', now)).toBe('2025-11-30')
    expect(formatMonth('2026-09', now)).toBe('9月')
    expect(formatMonth('2025-12', now)).toBe('2025年12月')
  })

  it('counts days over months and leap years', () => {
    expect(daysBetween('2026-09-30', '2026-11-20')).toBe(51)
    expect(daysBetween('2028-02-28', '2028-03-01')).toBe(2)
  })

  it('says overdue from the day after the due day', () => {
    expect(dueWords('2026-09-30', now)).toEqual({ text: '逾期 51 天', tone: 'overdue' })
    expect(dueWords('2026-11-20', now)).toEqual({ text: '今天到期', tone: 'due' })
    expect(dueWords('2026-11-30', now)).toEqual({ text: '11-30 到期', tone: 'due' })
  })
})

it.each([[26, '26 分'], [60, '1 小时'], [70, '1 小时 10 分'], [1440, '1 天'], [1620, '1 天 3 小时'], [-1, '0 分']])(
  '%s minutes read %s', (minutes, text) => expect(formatLength(minutes)).toBe(text))
