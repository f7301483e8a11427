// Money that goes back: a receipt of a closed shift is taken back by a red one
// with a second person's approval, refunds never exceed what was paid, and a
// deposit is held, deducted and given back without ever being revenue.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, cashier, manager, project, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [1, 2, 3].map((n) => ({ building: '1', room: `${n}01`, area: 89.3, owner: `住户${'甲乙丙'[n - 1]}`, phone: `1380571560${n}` })))
  await seed.fee(boss, project, { name: '公共能耗费', basis: 'fixed', price: 150 })
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
const pay = async (n) => (await cashier.api.post(at('/receipts'), { room_id: room(n), expected_owed: 15000, pays: [{ method: 'cash', amount: 15000 }] })).body
const read = async (receipt) => (await cashier.api.get(at(`/receipts/${receipt}`))).body

async function closeShift() {
  const { shift } = (await cashier.api.get(at('/my-shift'))).body
  const counted = (await cashier.api.post(at(`/shifts/${shift.id}/counts`), { counted: 0 })).body
  await cashier.api.post(at(`/shifts/${shift.id}/close`), { count: counted.counts.at(-1).no, handed: 0, reason: '测试' })
}

test('[F12] a receipt of a closed shift is red by two people, keeps its number, and the charge is owed again', async () => {
  const receipt = await pay(1)
  await cashier.api.post(at('/refunds'), { kind: 'red', receipt_id: receipt.id, reason: '收错房屋' }, { status: 409 })
  await closeShift()
  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  await p.page.goto(`/p/${project}/receipts/${receipt.id}`)
  await p.page.getByRole('button', { name: '红冲' }).click()
  await p.page.getByLabel('原因').fill('收错房屋')
  await p.page.getByRole('button', { name: /^申请(红冲|退款|退预存|退押金) ¥/ }).click()
  await p.page.getByText('已申请红冲 ¥150.00，待批准').waitFor()
  await p.page.reload()
  await p.page.getByText('已申请红冲 ¥150.00，待批准').waitFor()
  for (const name of ['红冲', '退款']) assert.equal(await p.page.getByRole('button', { name, exact: true }).count(), 0, `${name} is asked for once`)
  await shot(p.page, 'red-waits')
  const [asked] = (await cashier.api.get(at('/refunds?state=asked'))).body.items
  await cashier.api.post(at(`/refunds/${asked.id}/decision`), { approve: true, version: asked.version }, { status: 403 })

  const m = await seed.pageOf(browser, linli.origin, manager.api)
  await m.page.goto(`/p/${project}/refunds`)
  await m.page.getByRole('button', { name: '批准' }).click()
  await m.page.getByRole('dialog').getByRole('button', { name: /^批准红冲.* ¥[\d,]+\.\d\d$/ }).click()
  await m.page.getByText('没有待批准的申请').waitFor()
  await m.close()

  await p.page.goto(`/p/${project}/refunds?state=approved`)
  await p.page.getByRole('button', { name: '付出' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: /^付出红冲.* ¥[\d,]+\.\d\d$/ }).click()
  await p.page.getByText(/已付出，红字收据 SJ\d{4}-000002/).waitFor()
  const old = await read(receipt.id)
  const red = await read(old.reversed_by)
  assert.deepEqual([old.number, old.state, old.refundable], [receipt.number, 'valid', 0])
  assert.deepEqual([red.red, red.amount, red.red_of, red.pays[0].amount], [true, -15000, receipt.id, -15000])
  assert.notEqual(red.shift_id, old.shift_id)
  assert.equal((await cashier.api.get(at(`/counter/${room(1)}`))).body.owed, 15000)
  await p.page.goto(`/p/${project}/receipts/${receipt.id}`)
  await p.page.getByText(`已整张红冲，红字收据 ${red.number}`).waitFor()
  const paper = await cashier.api.get(at(`/receipts/${red.id}/print?paper=a4`))
  for (const text of ['红字', `冲收据 ${receipt.number}`, '收错房屋', '-150.00', '钱敏批准']) assert.ok(paper.text.includes(text), text)
  await p.close()
})

test('[F12] refunds of a receipt never exceed what was paid, however many ask at once', async () => {
  const receipt = await pay(2)
  const ask = (amount) => cashier.api.post(at('/refunds'), { kind: 'part', receipt_id: receipt.id, amount, method: 'cash', reason: '多收' }, { any: true })
  const tries = await Promise.all([1, 2, 3, 4].map(() => ask(6000)))
  const good = tries.filter((r) => r.status === 201).map((r) => r.body)
  assert.equal(good.length, 2)
  for (const f of good) {
    const approved = (await manager.api.post(at(`/refunds/${f.id}/decision`), { approve: true, version: f.version })).body
    await cashier.api.post(at(`/refunds/${f.id}/pay`), { version: approved.version })
  }
  const late = await ask(3001)
  assert.equal(late.status, 409)
  assert.match(late.body.detail, /最多还可退 30\.00 元/)
  assert.equal((await read(receipt.id)).refunded, 12000)
})

test('[F12] [F9] a deposit is held, deducted and given back, and every movement stands in the history of payments', async () => {
  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  await p.page.goto(`/p/${project}/deposits`)
  await p.page.getByRole('button', { name: '收押金' }).click()
  const drawer = p.page.getByRole('dialog')
  await drawer.getByRole('combobox', { name: '房屋' }).fill('301')
  await p.page.getByRole('option', { name: '1栋1单元301' }).click()
  await drawer.getByLabel('金额').fill('2000')
  await drawer.getByRole('button', { name: /^收押金/ }).click()
  await p.page.getByRole('table', { name: '押金' }).getByRole('link', { name: /SJ\d{4}-/ }).waitFor()
  await p.page.getByRole('button', { name: /^更多/ }).click()
  await p.page.getByRole('menuitem', { name: '扣款' }).click()
  const dialog = p.page.getByRole('dialog')
  await dialog.getByLabel('扣多少').fill('350')
  await dialog.getByRole('button', { name: '电梯轿厢损坏' }).click()
  await dialog.getByRole('button', { name: /^扣款/ }).click()
  await p.page.getByText('1,650.00').first().waitFor()
  const [deposit] = (await cashier.api.get(at('/deposits?held=true'))).body.items
  assert.deepEqual([deposit.taken, deposit.held], [200000, 165000])
  const f = (await cashier.api.post(at('/refunds'), { kind: 'deposit', deposit_id: deposit.id, amount: 165000, method: 'cash', reason: '验收合格' })).body
  const approved = (await manager.api.post(at(`/refunds/${f.id}/decision`), { approve: true, version: f.version })).body
  await cashier.api.post(at(`/refunds/${f.id}/pay`), { version: approved.version })
  const after = (await cashier.api.get(at(`/deposits/${deposit.id}`))).body
  assert.deepEqual(after.entries.map((e) => [e.kind, e.amount]), [['taken', 200000], ['deducted', -35000], ['refunded', -165000]])
  const list = (await cashier.api.get(at(`/receipts?room_id=${room(3)}`))).body.items
  assert.deepEqual(list.map((r) => r.amount), [-165000, 200000])
  await p.close()
})

test('[F12] 退预存 tells the balance of the household before an amount is typed, and more than that is no application', async () => {
  const { owed, prepaid } = (await cashier.api.get(at(`/counter/${room(3)}`))).body
  await cashier.api.post(at('/receipts'), { room_id: room(3), expected_owed: owed, confirmed: true, pays: [{ method: 'cash', amount: owed + 8000 }] })
  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  await p.page.goto(`/p/${project}/refunds`)
  await p.page.getByRole('button', { name: '退预存' }).click()
  const form = p.page.getByRole('dialog', { name: '退预存' })
  await form.getByRole('combobox', { name: '房屋' }).fill('301')
  await p.page.getByRole('option', { name: '1栋1单元301' }).click()
  await form.getByText(`住户丙的预存余额 ¥${seed.yuan(prepaid + 8000)}`, { exact: false }).waitFor()
  await form.getByLabel('退多少').fill(String((prepaid + 8001) / 100))
  await form.getByLabel('原因').fill('搬走')
  await form.getByRole('button', { name: /^申请退预存/ }).click()
  await form.getByText(`最多 ¥${seed.yuan(prepaid + 8000)}`).waitFor()
  await shot(p.page, 'refund-prepaid')
  await form.getByLabel('退多少').fill('80')
  await form.getByRole('button', { name: '申请退预存 ¥80.00' }).click()
  await p.page.getByRole('row', { name: /退预存.*1栋1单元301.*80\.00/ }).waitFor()
  assert.equal((await cashier.api.get(at('/refunds?state=asked'))).body.items[0].amount, 8000)
  await p.close()
})
