// A deposit pays what its household owes and the rest goes out, in one document
// that a second person approves; and money at the counter goes to the costs of
// collecting first, then to the late fee, then to the principal (民法典 561).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, cashier, manager, project, rooms, fee

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [1, 2].map((n) => ({ building: '1', room: `${n}01`, area: 89.3, owner: `住户${'甲乙'[n - 1]}`, phone: `1380571560${n}` })))
  fee = await seed.fee(boss, project, { name: '物业服务费', basis: 'fixed', price: 250 })
  await seed.released(boss, project)
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  manager = await seed.staff(boss, linli.origin, 'qianmin', '钱敏', 'manager', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
const room = (n) => rooms[`1栋1单元${n}01`]

test('[F12] a deposit of 1,000.00 pays 250.00 of arrears and 750.00 go out, in one document with one number', async () => {
  await cashier.api.post(at('/deposits'), { kind: 'renovation', room_id: room(1), pays: [{ method: 'cash', amount: 100000 }] })
  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  await p.page.goto(`/p/${project}/deposits`)
  await p.page.getByRole('button', { name: '抵欠费' }).click()
  const drawer = p.page.getByRole('dialog')
  await drawer.getByText('押金 ¥1,000.00，抵欠费 ¥250.00，退还 ¥750.00').waitFor()
  await drawer.getByLabel('原因', { exact: true }).fill('装修验收合格')
  await drawer.getByRole('button', { name: /^申请抵欠费/ }).click()
  await drawer.getByText('没有本人同意，押金不能抵欠费').waitFor()
  assert.equal((await cashier.api.get(at('/deposit-settlements'))).body.items.length, 0)
  await drawer.getByLabel('住户甲已同意用押金抵上面的欠费').check()
  await drawer.getByLabel('怎么同意的').fill('书面签字')
  await p.settled()
  await shot(p.page, 'deposit-settle-form')
  await drawer.getByRole('button', { name: '申请抵欠费 ¥250.00' }).click()
  await p.page.getByText('已提出，等另一位同事批准').waitFor()

  const m = await seed.pageOf(browser, linli.origin, manager.api)
  await m.page.goto(`/p/${project}/home`)
  await m.page.getByRole('main').getByRole('link', { name: /押金抵欠费审批 1/ }).click()
  await m.page.waitForURL(/deposits\/settlements/)
  await m.page.getByRole('button', { name: '批准' }).click()
  await m.page.getByRole('dialog').getByText('住户甲同意（书面签字）').waitFor()
  await m.page.getByRole('dialog').getByRole('button', { name: /^批准抵欠费 ¥[\d,.]+、退还 ¥[\d,.]+$/ }).click()
  await m.page.getByText(/已批准，单号 YT\d{4}-000001/).waitFor()
  await m.close()

  await p.page.goto(`/p/${project}/home`)
  await p.page.getByRole('main').getByRole('link', { name: /押金退还单待付出 1/ }).click()
  await p.page.waitForURL(/deposits\/settlements\?state=approved/)
  await p.page.getByRole('button', { name: '付出' }).click()
  await p.page.getByRole('dialog').getByText(/现金退 ¥750\.00/).waitFor()
  await p.page.getByRole('dialog').getByRole('button', { name: /^付出 ¥[\d,.]+，抵欠费 ¥[\d,.]+$/ }).click()
  await p.page.getByText(/已付出：欠费收据 SJ\d{4}-000002，红字收据 SJ\d{4}-000003/).waitFor()
  await p.page.goto(`/p/${project}/deposits/settlements?state=done`)
  await p.page.getByRole('link', { name: /SJ\d{4}-000002/ }).waitFor()
  await p.settled()
  await shot(p.page, 'deposit-settlements')
  await p.close()
  assert.equal((await cashier.api.get(at(`/counter/${room(1)}`))).body.owed, 0)
  const [doc] = (await cashier.api.get(at('/deposit-settlements?state=done'))).body.items
  assert.deepEqual([doc.settle, doc.rest, doc.lines.length], [25000, 75000, 1])
  const receipt = (await cashier.api.get(at(`/receipts/${doc.receipt_id}`))).body
  assert.deepEqual([receipt.pays.map((x) => [x.method, x.amount, x.reference]), receipt.voidable, receipt.refundable], [[['deposit', 25000, doc.number]], false, 0])
  const [deposit] = (await cashier.api.get(at('/deposits'))).body.items
  assert.equal(deposit.held, 0)
  const { shift } = (await cashier.api.get(at('/my-shift'))).body
  assert.equal((await cashier.api.get(at(`/shifts/${shift.id}`))).status, 200)
})

test('[F12] 200.00 at the counter: the lawyer first, then the late fee, then the principal; the row says what the costs are', async () => {
  await boss.post(at(`/items/${fee}/late-terms`), { from_date: `${seed.month(-6)}-01`, daily: 50_000, grace: 'from_due', cap: 'principal', source: '物业服务合同第十二条' })
  await seed.released(boss, project, seed.month(-1))
  const costs = (await boss.post(at('/items'), { name: '律师费', basis: 'costs', from_date: `${seed.month(-18)}-01`, cycle: 'month', timing: 'advance' })).body
  await boss.post(at('/single-charges'), { room_id: room(2), item_id: costs.id, month: seed.month(), amount: 15000, reason: '起诉催收' })
  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  await p.page.goto(`/p/${project}/counter/${room(2)}`)
  await p.page.getByText('实现债权的费用，到期后先抵').waitFor()
  await p.settled()
  await shot(p.page, 'counter-costs')
  await p.close()
  const seat = (await cashier.api.get(at(`/counter/${room(2)}`))).body
  assert.deepEqual([seat.owed, seat.charges.filter((c) => c.costs).map((c) => c.item_name), seat.late_owed > 0], [65000, ['律师费'], true])
  const receipt = (await cashier.api.post(at('/receipts'), { room_id: room(2), expected_owed: seat.owed, expected_late: seat.late_owed, pays: [{ method: 'cash', amount: 20000 }] })).body
  assert.deepEqual(receipt.lines.map((l) => [l.item_name, l.amount]), [['律师费', 15000], ['物业服务费违约金', seat.late_owed], ['物业服务费', 5000 - seat.late_owed]])
})

test('[F7] a deposit is paid partly in cash and partly by card; a voucher that stands on another receipt is asked back about', async () => {
  await cashier.api.post(at('/deposits'), { kind: 'keys', room_id: room(2), pays: [{ method: 'card', amount: 5000, reference: '008812' }] })
  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  await p.page.goto(`/p/${project}/deposits`)
  await p.page.getByRole('button', { name: '收押金' }).click()
  const drawer = p.page.getByRole('dialog', { name: '收押金' })
  await drawer.getByRole('combobox', { name: '房屋' }).fill('201')
  await p.page.getByRole('option', { name: '1栋1单元201' }).click()
  await drawer.getByRole('button', { name: '再加一种收款方式' }).click()
  await drawer.getByLabel('第 1 笔金额').fill('300')
  await drawer.getByLabel('第 2 笔金额').fill('200.50')
  await drawer.getByLabel('凭证号').fill('008812')
  p.expect(/409|422/)
  await drawer.getByRole('button', { name: '收押金 ¥500.50' }).click()
  await drawer.getByText(/凭证号 008812 已在收据 SJ\d{4}-\d{6}（1栋1单元201）用过，请核对后确认/).waitFor()
  await p.settled()
  await shot(p.page, 'deposit-two-ways')
  await drawer.getByLabel('已核对，这笔钱没有收过，仍要收').check()
  await drawer.getByRole('button', { name: '收押金 ¥500.50' }).click()
  await p.page.getByText('已收1栋1单元201的装修押金 ¥500.50', { exact: false }).waitFor()
  const [taken] = (await cashier.api.get(at('/deposits'))).body.items
  const receipt = (await cashier.api.get(at(`/receipts/${taken.receipt_id}`))).body
  assert.deepEqual(receipt.pays.map((x) => [x.method, x.amount]), [['cash', 30000], ['card', 20050]])
  await p.close()
})
