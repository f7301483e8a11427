import { expect, test } from 'vitest'
import { todos, waiting } from './todos'

test('what I asked for myself does not wait for me', () => {
  expect(waiting({ items: [{ mine: true }, { mine: false }, {}] })).toEqual({ count: 2, more: false })
  expect(waiting({ items: [{ mine: true }], next: 'x' })).toEqual({ count: 0, more: false })
  expect(waiting({ items: [{}], next: 'x' })).toEqual({ count: 1, more: true })
})

test('what I asked for and somebody approved waits for me to be paid out', () => {
  expect(waiting({ items: [{ mine: true }, { mine: false }] }, true)).toEqual({ count: 2, more: false })
  expect(todos.filter((t) => t.own).map((t) => [t.route, t.query?.state])).toEqual([['refunds', 'approved'], ['deposit-settlements', 'approved']])
})

test('every kind of work stands once', () => expect(new Set(todos.map((t) => t.key)).size).toBe(todos.length))
