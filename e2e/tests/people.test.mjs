// People and rooms in depth: a room changes hands on a day, classes and tags.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, one, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  one = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, one, [
    { building: '1', room: '101', area: 89.3, owner: '陈建国', phone: '13805715678' },
    { building: '1', room: '102', area: 89.3, owner: '林晓峰', phone: '13805715679' },
  ])
  await seed.fee(boss, one, { name: '物业服务费', basis: 'fixed', price: 231.15 })
  await seed.released(boss, one, seed.month(-1))
  await seed.released(boss, one)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const roomOf = (label) => Object.entries(rooms).find(([k]) => k.includes(label))[1]
const household = async (room) => (await boss.get(`/projects/${one}/households/${room}`)).body

test('[B3] a room changes hands inside a month: each side owes its days, the old arrears keep their payer, and it can be undone', async () => {
  const room = roomOf('101')
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${one}/households/${room}`)
  await p.page.getByRole('button', { name: '过户', exact: true }).click()
  const form = p.page.getByRole('dialog')
  await form.getByRole('button', { name: '登记新住户' }).click()
  await form.getByLabel('姓名').first().fill('周岚心')
  await form.getByRole('button', { name: /周岚心/ }).click()
  const day = `${seed.month(-1)}-11`
  await form.getByLabel('过户日期').fill(day)
  await form.getByLabel('过户日期').press('Enter')
  const table = form.getByRole('table', { name: '过户当月和以后已出的账' })
  await table.getByText('1–10日').waitFor()
  const [y, m] = seed.month(-1).split('-').map(Number)
  const days = new Date(Date.UTC(y, m, 0)).getUTCDate()
  await table.getByText(`11–${days}日`).first().waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'transfer')
  await form.getByRole('button', { name: '过户给 周岚心' }).click()
  await form.waitFor({ state: 'hidden' })
  await p.page.getByText(/前业主 陈建国 欠费/).waitFor()
  await p.page.getByText('陈建国 → 周岚心', { exact: true }).waitFor()
  await shot(p.page, 'transfer-done')

  const now = await household(room)
  const old = now.former[0].owed
  assert.equal(now.payer_name, '周岚心')
  assert.equal(old + now.owed, 2 * 23115, 'nothing is lost and nothing is asked twice')
  assert.ok(Math.abs(old - 23115 * 10 / days) <= 1, `${old} for 10 of ${days} days`)

  const counter = (await boss.get(`/projects/${one}/counter/${room}`)).body
  assert.equal(counter.owed, now.owed, 'the counter does not ask the new owner for the old arrears')
  assert.equal(counter.former[0].payer_name, '陈建国')

  await p.page.getByRole('button', { name: '撤销', exact: true }).click()
  const ask = p.page.getByRole('dialog', { name: '撤销过户给 周岚心？' })
  await ask.getByRole('button', { name: '登记错了日期' }).click()
  await ask.getByRole('button', { name: '撤销过户' }).click()
  await ask.waitFor({ state: 'hidden' })
  await p.page.getByText('已撤销').waitFor()
  const back = await household(room)
  assert.equal(back.payer_name, '陈建国')
  assert.equal(back.owed, 2 * 23115)
  assert.equal(back.former.length, 0)
  await p.close()
})

test('[B5] own tags are made, given to many at once, and narrow the list; the record shows who changed it', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${one}/people`)
  await p.page.getByRole('button', { name: '标签', exact: true }).click()
  const drawer = p.page.getByRole('dialog', { name: '标签' })
  await drawer.getByLabel('新标签').fill('老人')
  await drawer.getByRole('button', { name: '新建标签 老人' }).click()
  await drawer.getByText('0 人').waitFor()
  await p.page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
  await p.page.getByRole('checkbox', { name: /林晓峰/ }).check()
  const bulk = p.page.getByRole('region', { name: /已选/ })
  await bulk.getByLabel('标签').selectOption('老人')
  await bulk.getByRole('button', { name: '贴上' }).click()
  await bulk.getByText('已给 1 人贴上').waitFor()
  const row = p.page.getByRole('row', { name: /林晓峰/ })
  await row.getByText('老人').waitFor()
  await p.page.locator('.filters').getByLabel('标签').selectOption('老人')
  await p.page.getByRole('row', { name: /陈建国/ }).waitFor({ state: 'detached' })
  await row.filter({ hasText: '102 业主' }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'people-tags', { keep: 'guide/pages/people' })
  await row.getByRole('button', { name: '林晓峰' }).click()
  await p.page.getByRole('dialog').getByText('贴上标签 老人').waitFor()
  await shot(p.page, 'person-history')
  const person = p.page.getByRole('dialog', { name: '林晓峰' })
  const wish = person.getByRole('region', { name: '账单和提醒' })
  await wish.getByText('账单和提醒都发').waitFor()
  await wish.getByRole('button', { name: '改为只发账单' }).click()
  const sure = p.page.getByRole('dialog', { name: '林晓峰 以后只收账单？' })
  await assertAccessible(p.page)
  await shot(p.page, 'contact-wish-ask')
  await sure.getByRole('button', { name: '改为只发账单' }).click()
  await sure.waitFor({ state: 'hidden' })
  await wish.getByText('只发账单', { exact: true }).waitFor()
  await person.getByRole('region', { name: '变更记录' }).getByText('账单和提醒都发 → 只发账单').waitFor()
  await shot(p.page, 'contact-wish')
  const { id } = (await boss.get(`/projects/${one}/people?q=林晓峰`)).body.items[0]
  assert.deepEqual((await boss.get(`/projects/${one}/people/${id}/contact-wish`)).body, { quiet: true })
  await p.close()
})

test('[B5] rooms bear tags of their own: made on the list, put on in bulk and in the drawer, filtered', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${one}/rooms`)
  await p.page.getByRole('button', { name: '标签', exact: true }).click()
  const drawer = p.page.getByRole('dialog', { name: '房屋标签' })
  await drawer.getByLabel('新标签').fill('精装')
  await drawer.getByRole('button', { name: '新建标签 精装' }).click()
  await drawer.getByText('0 间').waitFor()
  await p.page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
  const row = p.page.getByRole('table').getByRole('row', { name: /101/ })
  await row.getByRole('checkbox').check()
  const bulk = p.page.getByRole('region', { name: /已选/ })
  await bulk.getByLabel('标签').selectOption('精装')
  await bulk.getByRole('button', { name: '贴上' }).click()
  await bulk.getByText('已给 1 间贴上').waitFor()
  await row.getByText('精装').waitFor()
  await p.page.locator('.filters').getByLabel('标签').selectOption('精装')
  await p.page.getByRole('row', { name: /102/ }).waitFor({ state: 'detached' })
  await assertAccessible(p.page)
  await shot(p.page, 'room-tags')
  await row.getByRole('button', { name: /101$/ }).click()
  const tag = p.page.getByRole('dialog').getByRole('checkbox', { name: '精装' })
  await tag.uncheck()
  await p.page.keyboard.press('Escape')
  await p.page.getByRole('row', { name: /101/ }).waitFor({ state: 'detached' })
  await p.close()
})
