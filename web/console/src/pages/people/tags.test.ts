import { describe, expect, it } from 'vitest'
import { differences } from './tags'

describe('differences', () => {
  it('names what changed and leaves out what did not', () => {
    expect(differences('{"Name":"陈建国","Version":1,"PhoneMask":"138****5678"}', '{"Name":"陈建国","Version":2,"PhoneMask":"139****5678"}'))
      .toEqual([{ key: 'Version', before: '1', after: '2' }, { key: 'PhoneMask', before: '138****5678', after: '139****5678' }])
  })
  it('takes a new record and what is not a record', () => {
    expect(differences('', '{"Name":"陈建国","Email":""}')).toEqual([{ key: 'Name', before: '–', after: '陈建国' }])
    expect(differences('[1]', 'oops')).toEqual([])
  })
})
