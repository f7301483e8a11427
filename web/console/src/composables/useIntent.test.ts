import { expect, it } from 'vitest'
import { ApiError } from '@/api/errors'
import { newKey, useIntent } from './useIntent'

const failure = (status: number) => new ApiError({ status, code: 'x', title: '', detail: '' })

it('makes version 4 UUIDs', () => {
  expect(newKey()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(newKey()).not.toBe(newKey())
})

it.each([[0, true], [500, true], [503, true], [408, true], [409, false], [422, false]])(
  'after status %s the same key is kept: %s',
  async (status, kept) => {
    const keys: string[] = []
    const intent = useIntent()
    await intent.run((key) => { keys.push(key); return Promise.reject(failure(status)) }).catch(() => undefined)
    expect(intent.unsettled.value).toBe(kept)
    await intent.run((key) => { keys.push(key); return Promise.resolve() })
    expect(keys[0] === keys[1]).toBe(kept)
    expect(intent.unsettled.value).toBe(false)
  },
)

it('changes the key after success', async () => {
  const keys: string[] = []
  const intent = useIntent()
  for (let i = 0; i < 2; i++) await intent.run((key) => { keys.push(key); return Promise.resolve() })
  expect(keys[0]).not.toBe(keys[1])
})

it('joins a second press to the running one', async () => {
  let calls = 0
  let finish: (n: number) => void = () => undefined
  const intent = useIntent()
  const command = () => { calls++; return new Promise<number>((done) => { finish = done }) }
  const first = intent.run(command)
  const second = intent.run(command)
  expect(intent.busy.value).toBe(true)
  finish(7)
  expect(await Promise.all([first, second])).toEqual([7, 7])
  expect(calls).toBe(1)
  expect(intent.busy.value).toBe(false)
})
