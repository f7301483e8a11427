import { expect, test } from 'vitest'
import { plateLike } from './plates'
import { numberLike } from './search'

test.each([
  ['浙A12345', true], ['浙A·7K2M6', true], ['a1234', true], ['12345', true], ['浙AD08816', true],
  ['1502', false], ['3-2-1502', false], ['陈建国', false], ['cjg', false], ['chenjianguo', false], ['13805715678', false],
])('%s is a plate: %s', (text, want) => expect(plateLike(text)).toBe(want))

test.each([['SJ2026-000123', true], ['sj2026000123', true], ['SJ2026', false], ['3-2-1502', false], ['浙A12345', false]])('%s is the number of a document: %s', (text, want) =>
  expect(numberLike(text)).toBe(want))
