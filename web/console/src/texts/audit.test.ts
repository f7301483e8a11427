import { describe, expect, it } from 'vitest'
import { accountTexts, auditTexts } from './admin'
import { parts, personTexts, projectTexts, roomTexts } from './estate'
import { searchTexts } from './audit'

describe('the words of the log, which its export says too', () => {
  it('calls the codes of records what their own pages call them', () => {
    const said = { ...roomTexts.kinds, ...roomTexts.states, ...parts, ...projectTexts.kinds, ...personTexts.kinds, ...accountTexts.states }
    for (const [code, word] of Object.entries(said)) expect([code, auditTexts.values[code]]).toEqual([code, word])
  })
  it('names acts and objects, and leaves alone what has no name', () => {
    expect(searchTexts.actName('cashier.received')).toBe('收款')
    expect(auditTexts.kinds.receipt).toBe('收据')
    expect(searchTexts.actName('nobody.knows')).toBe('nobody.knows')
  })
})
