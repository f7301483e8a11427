import { expect, test } from 'vitest'
import { eventsOf } from './timeline'

const event = (kind: 'receipt' | 'amended', amount: number) => ({ kind, at: '2026-11-24T10:23:00+08:00', title: '', text: '', by: '李雪梅', amount, receipt_id: '7' })

test('a red receipt is told as a refund, a correction as one, and only receipts open', () => {
  const said = eventsOf([event('receipt', 31958), event('receipt', -31958), event('amended', 2002)], '2026-11-24T12:00:00+08:00')
  expect(said.map((e) => [e.tag, e.receipt])).toEqual([['缴费', '7'], ['退款', '7'], ['补差', '']])
})
