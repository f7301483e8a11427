// What a month does not charge, and what it charged wrongly: one-off amounts of
// one room, charges taken back with a number of their own, and a part of a
// charge given up by two people.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser } from '../lib/browser.mjs'
import { eventually, until } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, cashier, accountant, manager, project, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [1, 2, 3].map((n) => ({ building: '1', room: `${n}01`, area: 89.3, owner: `住户${'甲乙丙'[n - 1]}`, phone: `1380571560${n}` })))
  await seed.fee(boss, project, { name: '公共能耗费', basis: 'fixed', price: 150 })
  await seed.released(boss, project)
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  accountant = await seed.staff(boss, linli.origin, 'shenhong', '沈红', 'accountant', project)
  manager = await seed.staff(boss, linli.origin, 'qianmin', '钱敏', 'manager', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
const room = (n) => rooms[`1栋1单元${n}01`]
const owed = async (n) => (await cashier.api.get(at(`/counter/${room(n)}`))).body.owed

test('[F1] a fee that is charged once is made without price and scope, charged to one household, and paid at the counter', async () => {
  const a = await seed.pageOf(browser, linli.origin, accountant.api)
  await a.page.goto(`/p/${project}/items`)
  await a.page.getByRole('button', { name: '新建费用项目' }).first().click()
  const form = a.page.getByRole('dialog')
  await form.getByLabel('费用名称').fill('门禁卡工本费')
  await form.getByLabel('怎么算').selectOption('一次性')
  await form.getByText('建好就能用').waitFor()
  assert.equal(await form.getByText('多久收一次').count(), 0)
  await form.getByLabel('从哪天起收').fill('2026-01-01')
  await form.getByLabel('从哪天起收').press('Enter')
  await form.getByRole('button', { name: /^新建“?门禁卡工本费|^新建门禁卡工本费|^新建/ }).click()
  await form.waitFor({ state: 'hidden' })
  await a.close()

  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  await p.page.goto(`/p/${project}/households/${room(1)}`)
  await p.page.getByRole('button', { name: '单笔收费' }).click()
  const drawer = p.page.getByRole('dialog')
  await drawer.getByRole('button', { name: /^单笔收费/ }).click()
  await drawer.getByText('请填金额，要大于 0').waitFor()
  assert.deepEqual((await drawer.getByLabel('费用').locator('option').allTextContents()).map((x) => x.trim()), ['请选择', '门禁卡工本费'])
  await drawer.getByLabel('金额').fill('30')
  await drawer.getByLabel('收什么').fill('补办门禁卡 2 张，每张 15 元')
  await drawer.getByRole('button', { name: /^收 30\.00 元/ }).click()
  await p.page.getByText(/DS\d{4}-000001 已记入1栋1单元101的应收，30\.00 元/).waitFor()
  assert.equal(await owed(1), 18000)
  await p.page.getByRole('tab', { name: /账单/ }).click()
  const row = p.page.getByRole('row', { name: /门禁卡工本费/ })
  await row.getByRole('button', { name: /怎么算的/ }).click()
  await p.page.getByText('原因：补办门禁卡 2 张，每张 15 元').waitFor()
  const receipt = (await cashier.api.post(at('/receipts'), { room_id: room(1), expected_owed: 18000, pays: [{ method: 'cash', amount: 18000 }] })).body
  assert.equal(receipt.lines.length, 2)
  assert.equal(await owed(1), 0)
  await p.close()
})

test('[F12] a released charge that was wrong is taken back 红冲 with its own number, stays in the list, and is charged anew only when asked', async () => {
  const p = await seed.pageOf(browser, linli.origin, accountant.api)
  await p.page.goto(`/p/${project}/charges?q=201`)
  await p.page.getByRole('button', { name: '怎么算的' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: '红冲' }).click()
  const dialog = p.page.getByRole('dialog', { name: /^红冲1栋1单元201的/ })
  await dialog.getByText('应收冲回 150.00 元').waitFor()
  await dialog.getByRole('button', { name: /^红冲 150\.00 元/ }).click()
  assert.equal(await owed(2), 15000, 'without a reason nothing happens')
  await dialog.getByRole('radio', { name: '按那时的资料重新收' }).click()
  await dialog.getByRole('button', { name: '单价录错' }).click()
  await dialog.getByRole('button', { name: /^红冲 150\.00 元/ }).click()
  await p.page.getByText(/已红冲，红冲单 YH\d{4}-000001/).waitFor()
  assert.equal(await owed(2), 0)
  await p.page.goto(`/p/${project}/adjustments?kind=red`)
  const row = p.page.getByRole('row', { name: /YH\d{4}-000001/ })
  assert.match(await row.innerText(), /1栋1单元201[\s\S]*公共能耗费[\s\S]*[−-]150\.00[\s\S]*单价录错[\s\S]*沈红/)
  const [, again] = [await seed.released(boss, project), await owed(2)]
  assert.equal(again, 15000, 'the month was asked to charge it anew')
  await p.close()
})

test('[F12] a charge that is paid is not taken back before the money is; a part of it is given up by two people', async () => {
  await cashier.api.post(at('/receipts'), { room_id: room(3), expected_owed: 15000, pays: [{ method: 'cash', amount: 5000 }] })
  const p = await seed.pageOf(browser, linli.origin, accountant.api)
  await p.page.goto(`/p/${project}/charges?q=301`)
  await p.page.getByRole('button', { name: '怎么算的' }).click()
  await p.page.getByText('已有收款或减免，不能红冲').waitFor()
  await p.page.getByRole('button', { name: '申请减免' }).click()
  const form = p.page.getByRole('dialog', { name: /^申请减免 / })
  await form.getByLabel('减免多少').fill('200')
  await form.getByLabel('原因').fill('电梯停用十天，协商减收')
  await form.getByRole('button', { name: /^提交/ }).click()
  await form.getByText('不能多于还欠的').waitFor()
  await form.getByLabel('减免多少').fill('20')
  await form.getByRole('button', { name: /^提交/ }).click()
  await p.page.getByText('等同事批准').waitFor()
  assert.equal(await owed(3), 10000, 'nothing changes before the approval')
  await p.close()

  const m = await seed.pageOf(browser, linli.origin, manager.api)
  await m.page.goto(`/p/${project}/waivers`)
  await m.page.getByRole('button', { name: '批准' }).click()
  await m.page.getByRole('dialog').getByText('少收 20.00 元').waitFor()
  await m.page.getByRole('dialog').getByRole('button', { name: '批准' }).click()
  await m.page.getByText('没有待批准的减免').waitFor()
  assert.equal(await owed(3), 8000)
  await m.close()
})

test('[F12] prepaid money 预存 pays a released run by itself once the project has chosen it, by a receipt that says so', async () => {
  const m = await seed.pageOf(browser, linli.origin, manager.api)
  await m.page.goto(`/p/${project}/counter-setting`)
  await m.page.getByText('发布账单后自动用预存抵扣').click()
  await m.page.getByRole('button', { name: '保存收银设置' }).click()
  await m.page.getByText('已保存').waitFor()
  await m.page.reload()
  await eventually(async () => assert.equal(await m.page.getByRole('checkbox', { name: '发布账单后自动用预存抵扣' }).isChecked(), true))
  await m.close()
  assert.equal(await owed(1), 0)
  await cashier.api.post(at('/receipts'), { room_id: room(1), expected_owed: 0, confirmed: true, pays: [{ method: 'cash', amount: 10000 }] })
  await seed.released(boss, project, seed.month(1))
  assert.equal(await until(() => owed(1), (fen) => fen !== 15000), 5000)
  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  await p.page.goto(`/p/${project}/receipts?q=101`)
  await p.page.getByRole('row').filter({ hasText: '预存自动抵扣' }).getByText('100.00').first().waitFor()
  await p.close()
})
