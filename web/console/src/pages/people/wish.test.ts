import { VueQueryPlugin, QueryClient } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import ContactWish from './ContactWish.vue'

const asked: { method: string; path: string; body: string }[] = []
let quiet = false
const answer = async (request: Request): Promise<Response> => {
  const body = await request.text()
  asked.push({ method: request.method, path: new URL(request.url).pathname, body })
  if (request.method === 'PUT') quiet = (JSON.parse(body) as { quiet: boolean }).quiet
  return new Response(JSON.stringify({ quiet }), { status: 200, headers: { 'content-type': 'application/json' } })
}
async function shown(writes: boolean) {
  vi.stubGlobal('fetch', answer)
  const w = mount(ContactWish, { props: { project: '7', person: '9', name: '陈建国', writes }, attachTo: document.body, global: { plugins: [[VueQueryPlugin, { queryClient: new QueryClient() }]] } })
  await flushPromises()
  return w
}
const press = async (name: string): Promise<void> => {
  const all = [...document.querySelectorAll('button')].filter((b) => b.textContent.trim() === name)
  all[all.length - 1]?.click() // the one of the dialog, where it is open
  await flushPromises()
}
afterEach(() => {
  vi.unstubAllGlobals()
  document.body.innerHTML = ''
  asked.length = 0
  quiet = false
})

it('asks before a person gets bills alone, and turns back the same way', async () => {
  const w = await shown(true)
  expect(w.text()).toContain('账单和提醒都发')
  await press('改为只发账单')
  expect(document.body.textContent).toContain('陈建国 以后只收账单？')
  expect(asked.filter((a) => a.method === 'PUT')).toEqual([])
  await press('改为只发账单')
  expect(asked.at(-1)).toEqual({ method: 'PUT', path: '/api/v1/projects/7/people/9/contact-wish', body: '{"quiet":true}' })
  expect(w.get('.tag').text()).toContain('只发账单')
  await press('恢复发提醒')
  expect(document.body.textContent).toContain('恢复给 陈建国 发缴费提醒？')
  await press('恢复发提醒')
  expect(asked.at(-1)?.body).toBe('{"quiet":false}')
  w.unmount()
})

it('offers nothing to somebody who may only read', async () => {
  quiet = true
  const w = await shown(false)
  expect(w.get('.tag').text()).toContain('只发账单')
  expect(w.find('button.s').exists()).toBe(false)
  w.unmount()
})
