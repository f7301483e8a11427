import { describe, expect, it } from 'vitest'
import { byFate, offerFacts, platformFields, takeable, trialLines } from './remote'
import type { Offer, Platform } from './remoteCalls'

const offer = (fate: Offer['fate']) => ({ fate }) as Offer

describe('remote meters', () => {
  it('counts what can be taken over', () => {
    expect(offerFacts([offer('ready'), offer('ready'), offer('review'), offer('silent'), offer('refused'), offer('read')])).toBe('能抄 3 块，其中 1 块抄上后待复核；2 块抄不了；1 块本期已抄')
    expect(byFate([offer('read'), offer('silent'), offer('ready'), offer('review'), offer('refused')]).map((o) => o.fate)).toEqual(['ready', 'review', 'refused', 'silent', 'read'])
    expect([offer('ready'), offer('review'), offer('read')].map(takeable)).toEqual([true, true, false])
  })
  it('offers a new access as one in use, and never a password', () => {
    const p = { host: '', topic: 'meters/#', number_field: 'meter', value_field: 'value', time_field: 'time', take_day: 0, active: false, version: 0, has_secret: true } as Platform
    expect(platformFields(p)).toMatchObject({ active: true, secret: '', day: '0' })
    expect(platformFields({ ...p, version: 2 }).active).toBe(false)
  })
  it('words what a try heard', () => {
    expect(trialLines({ seconds: 5, messages: 2, samples: [{ number: 'W1', value: 125_000, at: '2026-11-24T08:00:00+08:00' }], refused: [{ topic: 'm', payload: '{}', reason: '没有「meter」这一项（表号）', at: '2026-11-24T08:00:00+08:00' }] }))
      .toEqual([expect.stringContaining('表 W1：12.5（'), '读不懂：没有「meter」这一项（表号）（{}）'])
  })
})
