import { describe, expect, it } from 'vitest'
import { numbered, parseClock, parseSteps, stateOf, writeClock } from './rules'

describe('the schedule of reminders', () => {
  it('reads days before and after, and refuses words', () => {
    expect(parseSteps('-3, 0，7 15')).toEqual([-3, 0, 7, 15])
    expect(parseSteps('')).toEqual([])
    expect(parseSteps('3天')).toBeNull()
  })
  it('reads and writes times of the day', () => {
    expect(parseClock('20:00')).toBe(1200)
    expect(parseClock('9：05')).toBe(545)
    expect(parseClock('24:00')).toBeNull()
    expect(writeClock(545)).toBe('09:05')
  })
  it('calls what was opened on the page of a pay code read', () => {
    expect([stateOf({ channel: 'inbox', state: 'delivered' }), stateOf({ channel: 'inbox', state: 'sent' }), stateOf({ channel: 'sms', state: 'delivered' })]).toEqual(['已读', '未读', '已送达'])
  })
  it('numbers the placeholders of a text, one that stands twice as well', () => {
    expect(numbered('{房屋}有 {金额} 元，{房屋}')).toBe('{1}有 {2} 元，{3}')
    expect(numbered('没有占位')).toBe('没有占位')
  })
})
