import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'
import { useStay } from './useStay'

async function counter(before: string[] = []) {
  const unsettled = ref(false)
  const typed = ref(false)
  const said: string[] = []
  let stay: ReturnType<typeof useStay> | undefined
  const Page = defineComponent({ setup() { stay = useStay(unsettled, typed, () => said.push('pending')); return () => h('p') } })
  const Blank = defineComponent({ render: () => h('p') })
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: Blank }, { path: '/a', component: Blank }, { path: '/b', component: Blank }, { path: '/login', name: 'login', component: Blank }, { path: '/counter/:room?', name: 'counter', component: Page }] })
  for (const path of ['/', ...before, '/counter/7']) await router.push(path)
  mount(RouterView, { global: { plugins: [router] } })
  await flushPromises()
  const at = () => router.currentRoute.value.path
  /** What the address bar says beside what the page shows. */
  const both = () => [router.currentRoute.value.path, router.options.history.location]
  return { router, unsettled, typed, said, at, both, stay: stay! }
}

it('asks before what was typed is lost, and stays or goes as it is told', async () => {
  const { router, typed, at, stay } = await counter()
  typed.value = true
  router.back()
  await flushPromises()
  expect([at(), stay.asking.value]).toEqual(['/counter/7', true])
  stay.asking.value = false
  await flushPromises()
  expect(at()).toBe('/counter/7')
  void router.push('/')
  await flushPromises()
  expect(stay.asking.value).toBe(true)
  stay.leave()
  await flushPromises()
  expect([at(), stay.asking.value]).toEqual(['/', false])
})

it('asks when another household comes by the address, not when the page calls it', async () => {
  const { router, typed, at, stay } = await counter()
  typed.value = true
  void router.push('/counter/8')
  await flushPromises()
  expect([at(), stay.asking.value]).toEqual(['/counter/7', true])
  stay.asking.value = false
  await flushPromises()
  await stay.within(() => router.replace('/counter/9'))
  expect([at(), stay.asking.value]).toEqual(['/counter/9', false])
  void router.push('/counter/8')
  await flushPromises()
  expect(stay.asking.value).toBe(true)
})

it('asks nothing when nothing was typed or the session ended, and keeps a payment without an answer', async () => {
  const { router, typed, unsettled, said, at, stay } = await counter()
  await router.push('/counter/8')
  expect([at(), stay.asking.value]).toEqual(['/counter/8', false])
  unsettled.value = true
  await router.push('/')
  expect([at(), stay.asking.value, said.length]).toEqual(['/counter/8', false, 1])
  typed.value = true
  await router.push('/login')
  expect(at()).toBe('/login')
})

it('keeps page and address together when the arrow of the browser is pressed again at the question', async () => {
  const { router, typed, both, stay } = await counter(['/a', '/b'])
  typed.value = true
  const twice = async () => {
    router.back()
    await flushPromises()
    router.back()
    await flushPromises()
    expect(stay.asking.value).toBe(true)
  }
  await twice()
  stay.asking.value = false
  await flushPromises()
  expect(both()).toEqual(['/counter/7', '/counter/7'])
  await twice()
  stay.leave()
  await flushPromises()
  expect(both()).toEqual(['/b', '/b'])
  router.back()
  await flushPromises()
  expect(both()).toEqual(['/a', '/a'])
})

it('goes where it was asked to when the arrow is pressed at the question of a menu', async () => {
  const { router, typed, both, stay } = await counter()
  typed.value = true
  void router.push('/a')
  await flushPromises()
  router.back()
  await flushPromises()
  stay.leave()
  await flushPromises()
  expect(both()).toEqual(['/a', '/a'])
  router.back()
  await flushPromises()
  expect(both()).toEqual(['/counter/7', '/counter/7'])
})
