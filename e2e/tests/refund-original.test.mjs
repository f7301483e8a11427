// Money goes back the way it came: asked on the receipt, approved by another
// person, given back by the channel, told by the payer's telephone, the receipt
// and the books; money nobody asked for; and a channel that refuses.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, shot } from '../lib/browser.mjs'
import { until } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const due = 25004
const mchid = '1900000109'
let street, linli, browser, boss, cashier, manager, project, rooms

before(async () => {
  street = await startLinli({ args: ['sim', 'wechat', '--addr', '127.0.0.1:0', '--file', '', mchid] })
  linli = await startLinli({ env: { LINLI_WECHAT: street.origin } })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [1, 2, 3].map((n) => ({ building: '1', room: `${n}01`, area: 89.3, owner: `住户${'甲乙丙'[n - 1]}`, phone: `1380571570${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', price: 2.8 })
  await seed.released(boss, project, seed.month())
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  manager = await seed.staff(boss, linli.origin, 'qianmin', '钱敏', 'manager', project)
  const said = (pattern) => pattern.exec(street.log())[1]
  await boss.put(at('/merchants/wechat'), {
    number: mchid, app: said(/AppID (\S+)/), serial: said(/证书序列号 (\S+)/), platform_serial: said(/公钥 ID (\S+)/), api_key: said(/密钥 (\S+)/),
    platform_key: said(/(-----BEGIN PUBLIC KEY-----[^]+?-----END PUBLIC KEY-----)/), private_key: said(/(-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----)/), active: true, version: 0,
  })
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  await street?.stop()
})

const at = (path) => `/projects/${project}${path}`
const room = (n) => rooms[`1栋1单元${n}01`]
const seat = async (n) => (await cashier.api.get(at(`/counter/${room(n)}`))).body
const read = async (receipt) => (await cashier.api.get(at(`/receipts/${receipt}`))).body
const application = async (id) => (await cashier.api.get(at(`/refunds/${id}`))).body
const order = async (id) => (await cashier.api.get(at(`/orders/${id}`))).body
const phoneOf = (o) => `/pay/${o.code.split('pr=')[1]}`

async function opened(n) {
  const { id } = (await cashier.api.post(at('/orders'), { channel: 'wechat', room_id: room(n), amount: due, expected_owed: (await seat(n)).owed })).body
  return until(() => order(id), (o) => o.code)
}
/** Pays on the payer's telephone; answers the order with its receipt. */
async function paid(o) {
  const said = await fetch(street.origin + phoneOf(o), { method: 'POST', body: new URLSearchParams({ do: 'pay' }) })
  assert.match(await said.text(), /支付成功/)
  return until(() => order(o.id), (x) => x.state === 'paid')
}
/** Approves what waits, as another person, on the page; answers the application. */
async function approve(name) {
  const m = await seed.pageOf(browser, linli.origin, manager.api)
  await m.page.goto(`/p/${project}/refunds`)
  await m.page.getByRole('button', { name: '批准' }).click()
  await m.page.getByRole('dialog').getByText(/由微信原路退回/).waitFor()
  if (name) await shot(m.page, name)
  await m.page.getByRole('dialog').getByRole('button', { name: '批准' }).click()
  await m.page.getByText(/已交给渠道，退款单 T/).waitFor()
  await m.close()
}

test('[F12] money paid by WeChat goes back the way it came 原路退回: asked on the receipt, approved by another, seen on the telephone', async () => {
  const waiting = await opened(1)
  const o = await paid(waiting)
  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  await p.page.goto(`/p/${project}/receipts/${o.receipt_id}`)
  await p.page.getByRole('button', { name: '退款', exact: true }).click()
  await p.page.getByText('退到付款人的账户').waitFor()
  await p.page.getByLabel('退多少').fill('50')
  await p.page.getByLabel('原因').fill('多收一个月')
  await shot(p.page, 'refund-original-form')
  await p.page.getByRole('button', { name: /^申请(红冲|退款|退预存|退押金) ¥/ }).click()
  await p.page.getByText(/^已申请.*退款 ¥50\.00，待批准/).waitFor()
  const [asked] = (await cashier.api.get(at('/refunds?state=asked'))).body.items
  assert.deepEqual([asked.original, asked.method, asked.amount], [true, 'wechat', 5000])
  assert.equal((await seat(1)).owed, 0)
  await approve('refund-original-approve')
  const done = await until(() => application(asked.id), (f) => f.state === 'paid')
  const red = await read(done.red_id)
  assert.deepEqual([red.amount, red.pays[0].method, red.cashier_name], [-5000, 'wechat', '李雪梅'])
  assert.match(red.pays[0].reference, /^50000\d{24}$/)
  assert.equal((await seat(1)).owed, 5000)
  await p.page.goto(`/p/${project}/receipts/${o.receipt_id}`)
  await p.page.getByText('已退 ¥50.00').waitFor()
  await p.page.goto(`/p/${project}/refunds?state=all`)
  await p.page.getByText('微信原路').first().waitFor()
  await shot(p.page, 'refund-original-list')
  const phone = await browser.page({ origin: street.origin })
  await phone.page.goto(phoneOf(waiting))
  await phone.page.getByText('已退回 ¥50.00').waitFor()
  await phone.close()
  await p.close()
})

test('[F12] a channel that refuses tells why, and the money goes another way after a second approval', async () => {
  const [first] = (await cashier.api.get(at(`/receipts?room_id=${room(1)}&limit=50`))).body.items.filter((r) => !r.red)
  await fetch(`${street.origin}/faults`, { method: 'POST', body: JSON.stringify({ refund_refused: 'NOT_ENOUGH' }) })
  const f = (await cashier.api.post(at('/refunds'), { kind: 'part', receipt_id: first.id, amount: 1000, original: true, reason: '多收' })).body
  await approve()
  await until(() => application(f.id), (x) => x.state === 'failed')
  await fetch(`${street.origin}/faults`, { method: 'POST', body: '{}' })
  const p = await seed.pageOf(browser, linli.origin, cashier.api, { theme: 'dark' })
  await p.page.goto(`/p/${project}/refunds?state=failed`)
  await p.page.getByText(/商户可用退款余额不足/).waitFor()
  await shot(p.page, 'refund-original-failed-dark')
  await p.page.getByRole('button', { name: '换方式退' }).click()
  await p.page.getByLabel('退到哪个账号').fill('6222 0000')
  await shot(p.page, 'refund-original-again-dark')
  await p.page.getByRole('button', { name: '重新申请' }).click()
  const again = await until(() => application(f.id), (x) => x.state === 'asked')
  assert.deepEqual([again.method, again.original], ['transfer', false])
  const approved = (await manager.api.post(at(`/refunds/${f.id}/decision`), { approve: true, version: again.version })).body
  const done = (await cashier.api.post(at(`/refunds/${f.id}/pay`), { version: approved.version })).body
  assert.equal((await read(done.red_id)).pays[0].method, 'transfer')
  await p.close()
})

test('[F12] money that was paid twice goes back from the list of candidates with one button and a second person', async () => {
  for (const n of [2, 3]) {
    const o = await opened(n)
    await cashier.api.post(at('/receipts'), { room_id: room(n), expected_owed: due, pays: [{ method: 'cash', amount: due }] })
    await paid(o)
    await until(() => seat(n), (s) => s.prepaid === due)
  }
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${project}/refund-candidates`)
  const back = (n) => p.page.getByRole('row', { name: new RegExp(`1栋1单元${n}01`) }).getByRole('button', { name: `原路退回 ¥${seed.yuan(due)}` }).click()
  const dialog = p.page.getByRole('dialog')
  await back(3)
  await dialog.getByRole('button', { name: '付错金额' }).click()
  await dialog.getByRole('button', { name: /^先不办/ }).click()
  await dialog.waitFor({ state: 'hidden' })
  await back(2)
  await dialog.getByRole('textbox').waitFor()
  assert.equal(await dialog.getByRole('textbox').inputValue(), '', 'what was typed of one household is not said of another')
  await dialog.getByRole('button', { name: '重复付款' }).click()
  await shot(p.page, 'refund-original-candidate')
  await p.page.getByRole('dialog').getByRole('button', { name: `申请原路退回 ¥${seed.yuan(due)}` }).click()
  await p.page.getByText('已提出，等另一位同事批准').waitFor()
  await p.page.getByRole('link', { name: '退款在办' }).waitFor()
  await approve()
  const [c] = await until(async () => (await boss.get(at('/refund-candidates?state=done'))).body.items, (list) => list.length === 1)
  assert.match(c.note, /^已原路退回，退款单 T/)
  assert.deepEqual([(await seat(2)).prepaid, (await seat(2)).owed], [0, 0])
  await p.close()
})
