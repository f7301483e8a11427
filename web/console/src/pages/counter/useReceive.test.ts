import { beforeEach, expect, it, vi } from 'vitest'
import { ref } from 'vue'
import { ApiError, networkError } from '@/api/errors'
import * as counter from './api'
import type { Receipt, Taking } from './api'
import { useReceive } from './useReceive'

const body: Taking = { room_id: '1', pays: [{ method: 'cash', amount: 100 }], expected_owed: 100 }
const refused = (status: number, code: string) => new ApiError({ status, code, title: '', detail: '请核对' })
const keys: string[] = []
let answers: (() => Promise<Receipt>)[] = []
beforeEach(() => {
  keys.length = 0
  vi.spyOn(counter, 'receive').mockImplementation((_project, _body, key) => {
    keys.push(key)
    return answers.shift()!()
  })
})

it('asks again with the same key and the same request until there is an answer', async () => {
  answers = [() => Promise.reject(networkError()), () => Promise.resolve({ id: '8' } as Receipt)]
  const taking = useReceive(ref('7'))
  expect(await taking.run(body)).toBeNull()
  expect(taking.unsettled.value).toBe(true)
  taking.clear()
  expect(taking.sent.value).toEqual(body)
  expect((await taking.retry())?.id).toBe('8')
  expect(taking.unsettled.value).toBe(false)
  expect(keys[0]).toBe(keys[1])
})
it('sends a confirmed amount as another intention', async () => {
  answers = [() => Promise.reject(refused(422, 'amount_unusual')), () => Promise.resolve({ id: '8' } as Receipt)]
  const taking = useReceive(ref('7'))
  await taking.run(body)
  expect([taking.asks.value, taking.stale.value, taking.unsettled.value]).toEqual([true, false, false])
  await taking.run({ ...body, confirmed: true })
  expect(taking.receipt.value?.id).toBe('8')
  expect(keys[0]).not.toBe(keys[1])
})
it('knows when the money has moved since the screen was read', async () => {
  answers = [() => Promise.reject(refused(409, 'owed_changed'))]
  const taking = useReceive(ref('7'))
  await taking.run(body)
  expect(taking.stale.value).toBe(true)
  taking.forgetProblem()
  expect(taking.stale.value).toBe(false)
})
