import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useUrlState } from './useUrlState'

async function list(address: string) {
  let state!: ReturnType<typeof make>
  const make = () => useUrlState({ page: 1, q: '', status: ['due'] as string[], late: false })
  const page = defineComponent({ setup() { state = make(); return () => h('i') } })
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: page }] })
  await router.push(address)
  mount({ render: () => h(page) }, { global: { plugins: [router] } })
  return { state, router }
}

it('reads the address with types and starts', async () => {
  const { state } = await list('/?page=3&status=due,overdue&late=1')
  expect([state.page.value, state.q.value, state.status.value, state.late.value]).toEqual([3, '', ['due', 'overdue'], true])
  expect(state.changed.value).toBe(true)
})

it('falls back on nonsense', async () => {
  const { state } = await list('/?page=abc')
  expect(state.page.value).toBe(1)
})

it('returns to the first page when a filter changes and keeps foreign parts', async () => {
  const { state, router } = await list('/?page=3&view=mine')
  state.q.value = '3-2-1502'
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({ view: 'mine', q: '3-2-1502' })
})

it('writes two changes of one moment together and drops starts', async () => {
  const { state, router } = await list('/')
  state.q.value = 'a'
  state.late.value = true
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({ q: 'a', late: '1' })
  state.reset()
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({})
  state.status.value = []
  await flushPromises()
  expect(state.status.value).toEqual([])
})

it('leaves a cursor behind when what is shown changes', async () => {
  const { state, router } = await list('/?cursor=abc&size=20&page=2')
  state.page.value = 3
  await flushPromises()
  expect(router.currentRoute.value.query.cursor).toBe('abc')
  state.q.value = 'x'
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({ q: 'x', size: '20' })
})
