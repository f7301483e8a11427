import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, expect, it } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { Drafts, useDraft, type Draft } from './draft'

const DAY = 24 * 3_600_000
let rows: Map<string, Draft>, now: number
const table = {
  all: () => Promise.resolve([...rows.values()]),
  one: (key: string) => Promise.resolve(rows.get(key)),
  // As the database of a browser does: what cannot be cloned is refused.
  put: (row: Draft) => (rows.set(row.key, structuredClone(row)), Promise.resolve()),
  drop: (key: string) => (rows.delete(key), Promise.resolve()),
}
beforeEach(() => {
  rows = new Map()
  now = 1_000 * DAY
})

/** A page with one meter before the eyes. */
async function page(key = '1/a/2026-11', unread = true) {
  const fields = { typed: ref(''), estimated: ref(false), rolled: ref(false), photo: ref<ArrayBuffer | null>(null) }
  let draft!: ReturnType<typeof useDraft>
  const w = mount(defineComponent({ setup() { draft = useDraft(key, fields, unread, new Drafts(table, () => now)); return () => h('div') } }))
  await flushPromises()
  return { fields, draft, w }
}

it('gives back what was typed and photographed when the page was ended before it was saved', async () => {
  const first = await page()
  expect(first.draft.back.value).toBe(false)
  first.fields.typed.value = '123.4'
  first.fields.photo.value = new ArrayBuffer(3)
  await flushPromises()
  first.w.unmount()
  const again = await page()
  expect([again.fields.typed.value, again.fields.photo.value?.byteLength, again.draft.back.value]).toEqual(['123.4', 3, true])
  expect((await page('1/b/2026-11')).fields.typed.value).toBe('')
  expect((await page('2/a/2026-11')).fields.typed.value).toBe('')
})
it('keeps nothing of what was saved or cleared', async () => {
  const one = await page()
  one.fields.typed.value = '5'
  await flushPromises()
  await one.draft.done()
  one.fields.estimated.value = true
  await flushPromises()
  expect(rows.size).toBe(0)
  const two = await page()
  two.fields.typed.value = '5'
  await flushPromises()
  two.fields.typed.value = ''
  await flushPromises()
  expect(rows.size).toBe(0)
})
it('gives way to a reading that is there meanwhile, and is thrown away after seven days', async () => {
  const one = await page()
  one.fields.typed.value = '5'
  await flushPromises()
  expect((await page('1/a/2026-11', false)).fields.typed.value).toBe('')
  expect(rows.size).toBe(0)
  one.fields.typed.value = '6'
  await flushPromises()
  now += 8 * DAY
  expect((await page()).fields.typed.value).toBe('')
  expect(rows.size).toBe(0)
})
