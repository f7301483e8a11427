import { describe, expect, it } from 'vitest'
import { areaText, formatArea, isNegativeArea, parseArea } from './area'

describe('areas', () => {
  it.each([['89.5', 8950], ['８９．５０', 8950], ['89.50㎡', 8950], ['1,296.07', 129607], ['', 0], ['89.505', null], ['八十', null], ['¥89', null], ['-3', null]])('%s is read as %s', (text, area) => {
    expect(parseArea(text)).toBe(area)
  })
  it.each([['-5', true], ['−89.50㎡', true], ['－５', true], ['5', false], ['-', false], ['-八十', false], ['', false]])('%s is below nothing: %s', (text, below) => {
    expect(isNegativeArea(text)).toBe(below)
  })
  it('are shown with two decimals, and a dash when not recorded', () => {
    expect([formatArea(8950), formatArea(0), areaText(129607), areaText(0)]).toEqual(['89.50', '–', '1296.07', ''])
  })
})
