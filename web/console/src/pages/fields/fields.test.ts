import { describe, expect, it } from 'vitest'
import { changed, choicesOf, type Value } from './fields'

describe('fields of own making', () => {
  it('reads choices one a line', () => {
    expect(choicesOf(' 猫\n\n狗\n猫 ')).toEqual(['猫', '狗'])
  })
  it('sends only what differs from what was read, with what was seen', () => {
    const value = (field_id: string, text: string): Value => ({ field_id, name: '', type: 'text', choices: [], required: false, value: text })
    expect(changed([value('1', '猫'), value('2', ''), value('3', '旧')], { 1: '猫 ', 2: '', 3: '' })).toEqual([{ field_id: '3', seen: '旧', value: '' }])
  })
})
