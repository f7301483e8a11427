// Fee items that are charged together 费用套餐: what giving them would do is said
// first, the whole is undone as one, and a changed bundle changes no room.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, project, rooms
const fees = {}

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [1, 2, 3].map((n) => ({ building: '1', room: `${n}01`, area: 80, owner: `住户${'甲乙丙'[n - 1]}`, phone: `1380571560${n}` })))
  fees.property = await seed.fee(boss, project, { name: '物业服务费', price: 2, assign: false })
  fees.waste = await seed.fee(boss, project, { name: '垃圾清运费', basis: 'fixed', price: 10, assign: false })
  fees.lift = (await boss.post(at('/items'), { name: '电梯运行费', basis: 'fixed', from_date: `${seed.month(-1)}-01` })).body.id
  fees.card = (await boss.post(at('/items'), { name: '门禁卡', basis: 'once', from_date: `${seed.month(-1)}-01` })).body.id
  await boss.post(at(`/items/${fees.waste}/assignments`), { scope: 'room', target_id: room(1), from_date: `${seed.month(-1)}-01` })
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
const room = (n) => rooms[`1栋1单元${n}01`]
const scopes = async (item) => (await boss.get(at(`/items/${item}/assignments`))).body.items.filter((s) => !s.until_date || s.until_date >= s.from_date)
async function choose(form, name, page) {
  const field = form.getByRole('combobox', { name: '房屋' })
  await field.focus()
  await field.fill(name)
  await page.getByRole('option', { name: `1栋1单元${name.slice(-3)}` }).click()
}

test('[F1] a bundle 套餐 is made, given to chosen rooms after it said what each fee would do, and undone as one', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${project}/bundles`)
  await p.page.getByText('还没有套餐').waitFor()
  await p.page.getByRole('button', { name: '新建套餐' }).first().click()
  const form = p.page.getByRole('dialog', { name: '新建套餐' })
  await form.getByRole('button', { name: '新建套餐' }).click()
  await form.getByText('请填写套餐名称').waitFor()
  await form.getByText('至少选一项费用').waitFor()
  await form.getByLabel('套餐名称').fill('新业主套餐')
  for (const [n, name] of ['物业服务费', '垃圾清运费', '电梯运行费', '门禁卡'].entries()) {
    if (n > 0) await form.getByRole('button', { name: '再加一项' }).click()
    await form.getByLabel('费用', { exact: true }).nth(n).selectOption({ label: name })
  }
  await form.getByLabel('每户金额').fill('30')
  await assertAccessible(p.page)
  await p.settled()
  await shot(p.page, 'bundle-form')
  await form.getByRole('button', { name: '新建“新业主套餐”' }).click()
  await p.page.getByText('4 项费用，还没有给出').waitFor()
  await p.page.getByRole('row', { name: /电梯运行费.*今天没有单价/ }).waitFor()

  await p.page.getByRole('button', { name: '给房屋' }).first().click()
  const give = p.page.getByRole('dialog', { name: '新业主套餐：给房屋' })
  await choose(give, '1-1-101', p.page)
  await choose(give, '1-1-201', p.page)
  await give.getByRole('button', { name: '给出“新业主套餐”' }).click()
  await give.getByText('请先看每项费用会怎样').waitFor()
  await give.getByRole('button', { name: '看每项费用会怎样' }).click()
  const says = give.getByRole('region', { name: '每项费用会怎样' })
  await says.getByText('1栋1单元101 等 2 户').waitFor()
  await says.getByText(`2 户从 ${seed.today()} 起收`).first().waitFor()
  await says.getByText(`1 户从 ${seed.today()} 起收；1 户已有，不动`).waitFor()
  await says.getByText(`${seed.today()} 还没有单价，补上单价后才出得了账`).waitFor()
  await says.getByText('给 2 户各记一笔应收 30.00 元').waitFor()
  assert.equal((await scopes(fees.property)).length, 0)
  await assertAccessible(p.page)
  await p.settled()
  await shot(p.page, 'bundle-give')
  await give.getByRole('button', { name: '给出“新业主套餐”' }).click()
  await give.waitFor({ state: 'hidden' })
  await p.page.getByText('4 项费用，给出过 1 次').waitFor()
  assert.deepEqual((await scopes(fees.property)).map((s) => s.target_label).sort(), ['1栋1单元101', '1栋1单元201'])
  assert.equal((await scopes(fees.waste)).length, 2)
  assert.equal((await boss.get(at(`/counter/${room(1)}`))).body.owed, 3000)

  await p.page.getByRole('row', { name: /1栋1单元101 等 2 户/ }).getByRole('button', { name: '撤销' }).click()
  const undo = p.page.getByRole('dialog')
  await undo.getByRole('button', { name: '给错了房屋' }).click()
  await p.settled()
  await shot(p.page, 'bundle-undo')
  await undo.getByRole('button', { name: '整次撤销' }).click()
  await p.page.getByText(/撤销：给错了房屋/).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'bundle-page')
  assert.equal((await scopes(fees.property)).length, 0)
  assert.deepEqual((await scopes(fees.waste)).map((s) => s.target_label), ['1栋1单元101'])
  assert.equal((await boss.get(at(`/counter/${room(1)}`))).body.owed, 0)
  await p.close()
})

test('[F1] a fee put into a bundle later is not charged by itself: the page names who lacks it and gives it when told to', async () => {
  const bundle = (await boss.post(at('/bundles'), { name: '底楼套餐', parts: [{ item_id: fees.property }] })).body
  await boss.post(at(`/bundles/${bundle.id}/uses`), { scope: 'project', from_date: seed.today(), version: bundle.version })
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${project}/bundles?q=底楼`)
  await p.page.getByRole('link', { name: '底楼套餐' }).click()
  await p.page.getByRole('row', { name: /全项目/ }).waitFor()
  await p.page.getByRole('button', { name: '修改' }).click()
  const form = p.page.getByRole('dialog', { name: '修改底楼套餐' })
  await form.getByRole('button', { name: '再加一项' }).click()
  await form.getByLabel('费用', { exact: true }).nth(1).selectOption({ label: '垃圾清运费' })
  await form.getByRole('button', { name: '保存修改' }).click()
  const lacks = p.page.getByRole('region', { name: '有房屋缺后来加的费用' })
  await lacks.getByText('全项目：缺 垃圾清运费').waitFor()
  await lacks.getByText(/2 户从 .* 起收；1 户已有，不动/).waitFor()
  assert.equal((await scopes(fees.waste)).length, 1)
  await p.settled()
  await shot(p.page, 'bundle-gap')
  await lacks.getByRole('button', { name: '补上' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: '补上这些费用' }).click()
  await lacks.waitFor({ state: 'hidden' })
  assert.equal((await scopes(fees.waste)).length, 2)
  await p.page.getByRole('button', { name: '停用' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: '停用套餐' }).click()
  await p.page.getByRole('main').getByRole('button', { name: '重新启用' }).waitFor()
  assert.equal(await p.page.getByRole('button', { name: '给房屋' }).count(), 0)
  await p.close()
})
