// 注销个人信息: somebody who sold his home asks to be forgotten. What is not ended is
// told with the way to it; when it is ended his name is typed again, and then nobody
// finds him, while the receipt of his money stays.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, clerk, one, room

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  one = await seed.project(boss, '翠湖花园')
  room = (await seed.rooms(boss, one, [{ building: '1', room: '101', area: 100, owner: '吴桂珍', phone: '13805715678' }]))['1栋1单元101']
  await seed.fee(boss, one, { name: '物业服务费', price: 1.5 })
  await seed.released(boss, one)
  clerk = (await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'clerk', one)).api
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${one}${path}`

test('[P4] who moved away and settled is forgotten: what is open is told first, the name is typed again, nobody finds him, his receipt stays', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  const person = p.page.getByRole('dialog', { name: '吴桂珍' })
  const card = person.getByRole('region', { name: '注销个人信息' })
  await p.page.goto(`/p/${one}/people`)
  await p.page.getByRole('button', { name: '吴桂珍' }).click()
  await card.getByRole('button', { name: '注销个人信息…' }).click()
  await card.getByText('还登记在 1栋1单元101（业主），请先办迁出或过户').waitFor()
  await card.getByText('还欠 150.00 元，请先收清或减免').waitFor()
  await assertAccessible(p.page)
  await p.settled()
  await card.scrollIntoViewIfNeeded()
  await shot(p.page, 'erasure-tied')
  await card.getByRole('link', { name: '去住户档案' }).first().click()
  await p.page.waitForURL(`**/households/${room}`)

  // The debt is paid, and the home is left.
  await boss.post(at('/receipts'), { room_id: room, expected_owed: 15000, pays: [{ method: 'cash', amount: 15000 }] })
  const { items } = (await boss.get(at(`/rooms/${room}/occupants`))).body
  await boss.post(at(`/occupants/${items[0].id}/end`), {})
  await p.page.goto(`/p/${one}/people`)
  await p.page.getByRole('button', { name: '吴桂珍' }).click()
  await card.getByRole('button', { name: '注销个人信息…' }).click()
  const ask = p.page.getByRole('dialog', { name: '注销 吴桂珍 的个人信息？' })
  await ask.getByLabel('照抄姓名 吴桂珍').fill('吴桂芬')
  await ask.getByLabel('原因').fill('本人 11 月 24 日来办，已核对身份证')
  await ask.getByRole('button', { name: '注销 吴桂珍' }).click()
  await ask.getByText('和登记的姓名不一样').waitFor()
  await ask.getByLabel('照抄姓名 吴桂珍').fill('吴桂珍')
  await assertAccessible(p.page)
  await p.settled()
  await shot(p.page, 'erasure', { keep: 'guide/pages/erasure' })
  await ask.getByRole('button', { name: '注销 吴桂珍' }).click()
  await person.waitFor({ state: 'hidden' })
  await p.page.getByRole('button', { name: '吴桂珍' }).waitFor({ state: 'detached' })
  const found = (await boss.get(at(`/search?q=${encodeURIComponent('吴桂珍')}`))).body
  assert.deepEqual(found.items, [], JSON.stringify(found))
  await p.page.goto(`/p/${one}/receipts`)
  await p.page.getByRole('row', { name: /吴桂珍.*150\.00/ }).waitFor()
  // The log tells who did it and why.
  await p.page.goto(`/p/${one}/audit`)
  await p.page.getByRole('row', { name: /注销个人信息：本人 11 月 24 日来办/ }).waitFor()
  await p.close()
})

test('[P3] the front desk has no such button', async () => {
  const d = await seed.pageOf(browser, linli.origin, clerk)
  await boss.post(at('/people'), { name: '林晓峰', kind: 'person' })
  await d.page.goto(`/p/${one}/people`)
  await d.page.getByRole('button', { name: '林晓峰' }).click()
  const person = d.page.getByRole('dialog', { name: '林晓峰' })
  await person.getByRole('region', { name: '变更记录' }).waitFor()
  assert.equal(await person.getByRole('region', { name: '注销个人信息' }).count(), 0)
  await d.close()
})
