import { expect, test } from 'vitest'
import type { Offer } from './api'
import { chosenOf, cleanTaxNo } from './invoice'

const line = (left: number, more: object = {}) => ({ item_id: '1', name: '物业服务费', room_label: '3栋1502', month: '2026-11', left, taxed: true, rate_name: '6%', lease: false, ...more })
const offer: Offer = {
  active: true, payer_id: '7', payer_name: '林晓峰', titles: [], left: 450,
  receipts: [
    { receipt_id: 'a', receipt_number: 'SJ2026-000001', date: '2026-11-21', left: 300, lines: [line(100), line(200, { lease: true })] },
    { receipt_id: 'b', receipt_number: 'SJ2026-000002', date: '2026-11-22', left: 150, lines: [line(150, { taxed: false })] },
  ],
}

test('the chosen receipts say what they come to and what stands in the way', () => {
  expect(chosenOf(offer, ['a'])).toMatchObject({ sum: 300, lease: true, untaxed: false })
  expect(chosenOf(offer, ['a', 'b'])).toMatchObject({ sum: 450, lease: true, untaxed: true })
  expect(chosenOf(undefined, ['a'])).toMatchObject({ sum: 0, lease: false, untaxed: false })
})

test('a tax number may be typed with blanks and small letters', () => {
  expect(cleanTaxNo(' 9133 0100 7996 5505 8b ')).toBe('91330100799655058B')
})
