import { describe, expect, it } from 'vitest'
import { freshTariff, tariffBody, tariffFault, tariffWords } from './tariff'

describe('tariffs', () => {
  it('sends tiers as what they add to the first', () => {
    const d = { ...freshTariff(), shape: 'tiers' as const, limit1: '180', price2: '7', limit2: '260', price3: '9' }
    expect(tariffFault(d)).toBeNull()
    const body = tariffBody(d, 5_000_000)!
    expect(body.bands).toEqual([{ price: 5_000_000 }])
    expect(body.tiers).toEqual([{ upto: 1_800_000 }, { add: 2_000_000, upto: 2_600_000 }, { add: 4_000_000 }])
    expect(tariffWords(body)).toBe('5.00；第 1 档到 180，第 2 档到 260 加 2.00 元，第 3 档 加 4.00 元（按年累计）')
  })
  it('sends bands with what tiers add', () => {
    const d = { ...freshTariff(), shape: 'both' as const, peak: '0.617', valley: '0.307', limit1: '260', price2: '0.05', accumulate: 'month' as const }
    expect(tariffBody(d, 0)).toEqual({ accumulate: 'month', year_start: 1, verified: false, bands: [{ band: 'peak', price: 617_000 }, { band: 'valley', price: 307_000 }], tiers: [{ upto: 2_600_000 }, { add: 50_000 }] })
  })
  it('widens the tiers of large households, begins the year where the utility says, and knows four bands', () => {
    const d = { ...freshTariff(), shape: 'both' as const, sharp: '1.1', peak: '0.8', flat: '0.5', valley: '0.3', limit1: '2760', price2: '0.05', yearStart: '7', people: '4', perPerson: '1200' }
    expect(tariffFault(d)).toBeNull()
    const body = tariffBody(d, 0)!
    expect(body).toMatchObject({ accumulate: 'year', year_start: 7, people: 4, per_person: 12_000_000 })
    expect(body.bands.map((b) => b.band)).toEqual(['sharp', 'peak', 'flat', 'valley'])
    expect(tariffWords(body)).toContain('按年累计，7 月起，超过 4 人的，每多一人各档加 1,200')
    expect(tariffFault({ ...d, perPerson: '' })).toBeTruthy()
    expect(tariffFault({ ...d, flat: '五角' })).toBeTruthy()
  })
  it('says what is missing', () => {
    expect(tariffFault({ ...freshTariff(), shape: 'bands', peak: '1' })).toBeTruthy()
    expect(tariffFault({ ...freshTariff(), shape: 'tiers', limit1: '180' })).toBeTruthy()
    expect(tariffFault({ ...freshTariff(), shape: 'tiers', limit1: '180', price2: '7', limit2: '100', price3: '9' })).toBeTruthy()
    expect(tariffBody(freshTariff(), 5)).toBeUndefined()
  })
})
