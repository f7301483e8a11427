import { expect, it } from 'vitest'
import { channelOf, keptText, ScanRun } from './useScanner'

const feed = (run: ScanRun, keys: string, at: number, gap = 8): number => {
  for (const key of keys) expect(run.key(key, (at += gap))).toBeNull()
  return at
}

it('knows whose code it is by the first digits', () => {
  for (const code of ['100000000000000000', '154567890123456789']) expect(channelOf(code)).toBe('wechat')
  for (const code of ['2512345678901234', '281234567890123456', '301234567890123456789012']) expect(channelOf(code)).toBe('alipay')
  for (const code of ['', '281', '161234567890123456', '241234567890123456', '311234567890123456', '10000000000000000', '28123456789012345x', '3012345678901234567890123']) expect(channelOf(code)).toBeNull()
})

it('hears a scanner by its pace and its Enter', () => {
  const run = new ScanRun()
  let at = feed(run, '281234567890123456', 1000)
  expect(run.key('Enter', at + 8)).toBe('281234567890123456')
  expect(run.key('Enter', at + 16)).toBeNull()
  at = feed(run, '281234567890123456', 5000)
  expect(run.key('Enter', at + 900)).toBeNull() // somebody pressed Enter later
})

it('does not mix what was typed with what was scanned', () => {
  const run = new ScanRun()
  let at = feed(run, '100', 1000, 120)
  at = feed(run, '281234567890123456', at + 700)
  expect(run.key('Enter', at + 8)).toBe('281234567890123456')
  at = feed(run, '100', 9000, 120)
  expect(run.key('Enter', at + 100)).toBeNull()
  at = feed(run, '28123', 12000)
  expect(run.key('x', at + 8)).toBeNull()
  at = feed(run, '4567890123456', at + 16)
  expect(run.key('Enter', at + 8)).toBeNull() // a letter in between: no code
})

it('tells where a run begins, to put back what its digits do', () => {
  const run = new ScanRun()
  run.key('2', 1000)
  expect(run.fresh).toBe(true)
  run.key('8', 1008)
  expect(run.fresh).toBe(false)
  run.key('1', 2000)
  expect(run.fresh).toBe(true)
})

it('puts the text of a field back as if it were typed', () => {
  document.body.innerHTML = '<input value="120"><button></button>'
  const field = document.querySelector('input')!
  const typed: string[] = []
  field.addEventListener('input', () => typed.push(field.value))
  field.focus()
  const back = keptText()
  field.value = '120281234567890123456'
  back()
  expect([field.value, typed]).toEqual(['120', ['120']])
  back()
  expect(typed).toEqual(['120']) // nothing to put back, nothing is said
  document.querySelector('button')!.focus()
  expect(keptText()).not.toThrow()
})
