import { expect, it } from 'vitest'
import { differs, rebase } from './rebase'

it('a record that changed under an open form keeps what was typed', () => {
  const base = { area: '89.3', floor: '1', layout: '' }
  const form = { ...base, area: '90' }
  const now = rebase(form, base, { area: '91', floor: '2', layout: '两室' })
  expect(form).toEqual({ area: '90', floor: '2', layout: '两室' })
  expect([differs(form, now), differs({ ...now }, now)]).toEqual([true, false])
})
