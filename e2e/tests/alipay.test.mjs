// Alipay: its merchant is set on the page, a household pays by code at the
// counter, a code that nobody scanned is cancelled and paid all the same, and
// the bill of a day credits what no message told.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PHONE, assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { until } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const due = 25004
const pid = '2088600000000001'
// The bill of the day before yesterday is there at any hour.
const day = new Date(Date.now() + 8 * 3600_000 - 2 * 86_400_000).toISOString().slice(0, 10)
let street, linli, browser, boss, cashier, manager, accountant, project, rooms

before(async () => {
  street = await startLinli({ args: ['sim', 'alipay', '--addr', '127.0.0.1:0', '--file', '', pid] })
  linli = await startLinli({ env: { LINLI_ALIPAY: street.origin } })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, Array.from({ length: 6 }, (_, n) => ({ building: '1', room: `${n + 1}01`, area: 89.3, owner: `住户${'甲乙丙丁戊己'[n]}`, phone: `1380571570${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', price: 2.8 })
  await seed.released(boss, project, seed.month())
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  manager = await seed.staff(boss, linli.origin, 'qianmin', '钱敏', 'manager', project)
  accountant = await seed.staff(boss, linli.origin, 'chenjing', '陈静', 'accountant', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  await street?.stop()
})

const said = (pattern) => pattern.exec(street.log())[1]
const room = (n) => rooms[`1栋1单元${n}01`]
const receipts = async (n) => (await cashier.api.get(`/projects/${project}/receipts?room_id=${room(n)}&limit=50`)).body.items
const seat = async (n) => (await cashier.api.get(`/projects/${project}/counter/${room(n)}`)).body
const order = async (id) => (await cashier.api.get(`/projects/${project}/orders/${id}`)).body
const channel = async (path, body) => {
  const res = await fetch(`${street.origin}${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  assert.equal(res.status, 204, await res.text())
}

async function counter(n, { theme = 'light' } = {}) {
  const p = await seed.pageOf(browser, linli.origin, cashier.api, { theme })
  await p.page.addInitScript(() => localStorage.setItem('linli.receipt.print', '0'))
  await p.page.goto(`/p/${project}/counter/${room(n)}`)
  await p.page.getByRole('button', { name: /^收款 ¥/ }).waitFor()
  return { p, page: p.page, code: p.page.getByRole('region', { name: '支付宝收款' }), done: p.page.getByRole('region', { name: '已收款' }) }
}
/** Chooses Alipay and shows the code; answers the order. */
async function show(c, n) {
  await c.page.getByRole('radio', { name: /支付宝/ }).click()
  await c.page.getByRole('button', { name: /^出示收款码/ }).click()
  await c.code.getByRole('img', { name: /支付宝收款码/ }).waitFor()
  const id = (await until(() => seat(n), (s) => s.open_order_id)).open_order_id
  return order(id)
}
/** The payer's telephone, on the page of this order: it has scanned the code. */
async function telephone(made) {
  const p = await browser.page({ origin: street.origin })
  await p.page.goto('/')
  await p.page.getByRole('textbox', { name: '二维码里的文字' }).fill(made.code)
  await p.page.getByRole('button', { name: '扫一扫' }).click()
  await p.page.getByText(made.number).waitFor()
  return p
}

test('[F6] the merchant with Alipay 支付宝 is set on its page; a key in the wrong place is refused by name', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  p.expect(/422/)
  await p.page.goto(`/p/${project}/merchants`)
  const form = p.page.getByRole('form', { name: '支付宝' })
  await form.getByLabel('收款方 PID').fill(pid)
  await form.getByLabel('应用 APPID').fill(said(/APPID (\S+)/))
  const secret = said(/(-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----)/)
  await form.getByLabel('应用私钥').fill(secret)
  await form.getByLabel('支付宝公钥').fill(secret)
  await form.getByRole('button', { name: '保存支付宝商户' }).click()
  await form.getByText('不是 RSA 公钥').first().waitFor()
  await form.getByLabel('支付宝公钥').fill(said(/(-----BEGIN PUBLIC KEY-----[^]+?-----END PUBLIC KEY-----)/))
  await form.getByRole('button', { name: '保存支付宝商户' }).click()
  await form.getByText('已保存，下一笔收款起生效').waitFor()
  await form.getByText('/api/v1/callbacks/alipay/').waitFor()
  await p.settled()
  await assertAccessible(p.page)
  await shot(p.page, 'alipay-merchant')
  const list = (await boss.get(`/projects/${project}/merchants`)).body.items
  assert.deepEqual(list.map((m) => [m.channel, m.version, m.has_private_key]), [['wechat', 0, false], ['alipay', 1, true]])
  assert.ok(!JSON.stringify(list).includes('PRIVATE KEY'))
  await p.close()
})

test('[F6] a household pays by Alipay 支付宝 at the counter: chosen by a key, code, telephone, receipt', async () => {
  const c = await counter(1)
  await c.page.keyboard.press('4')
  await c.page.getByRole('radio', { name: /支付宝/, checked: true }).waitFor()
  await c.page.keyboard.press('Enter')
  await c.code.getByText('请付款人用支付宝扫码付款').waitFor()
  await c.code.getByRole('img', { name: /支付宝收款码/ }).waitFor()
  const made = await order((await until(() => seat(1), (s) => s.open_order_id)).open_order_id)
  assert.deepEqual([made.amount, made.state, made.channel], [due, 'waiting', 'alipay'])
  assert.match(made.number, /^[0-9A-Z_]{6,32}$/)
  await c.p.settled()
  await shot(c.page, 'alipay-code')
  const phone = await telephone(made)
  await shot(phone.page, 'alipay-telephone')
  await phone.page.getByRole('button', { name: '付款（余额不足）' }).click()
  await phone.page.getByText('余额不足，支付失败').waitFor()
  assert.equal((await receipts(1)).length, 0)
  await phone.page.getByRole('button', { name: '确认付款' }).click()
  await phone.page.getByText('支付成功').first().waitFor()
  await c.done.waitFor()
  await c.done.getByText('这户已缴清').waitFor()
  const [r, more] = await receipts(1)
  assert.equal(more, undefined)
  assert.deepEqual([r.amount, r.pays[0].method, r.voidable], [due, 'alipay', false])
  assert.match(r.pays[0].reference, /^\d{28}$/)
  await phone.close()
  await c.p.close()
})

test('[F12] money that came by 支付宝 goes back by it: asked by one, approved by another, booked with a red receipt', async () => {
  const [receipt] = await receipts(1)
  const asked = (await cashier.api.post(`/projects/${project}/refunds`, { kind: 'part', receipt_id: receipt.id, amount: 10000, original: true, reason: '多交' })).body
  await manager.api.post(`/projects/${project}/refunds/${asked.id}/decision`, { approve: true, version: asked.version })
  const read = async () => (await cashier.api.get(`/projects/${project}/refunds?state=paid`)).body.items
  const [done] = await until(read, (list) => list.some((f) => f.id === asked.id))
  assert.deepEqual([done.amount, done.original, done.state], [10000, true, 'paid'])
  const red = (await receipts(1)).find((r) => r.id !== receipt.id)
  assert.deepEqual([red.amount, red.pays[0].method], [-10000, 'alipay'])
})

test('[F6] a code of 支付宝 that nobody scanned is cancelled for cash; paid all the same it becomes prepaid and a line to look at', async () => {
  const c = await counter(2, { theme: 'dark' })
  const made = await show(c, 2)
  await c.p.settled()
  await shot(c.page, 'alipay-code-dark')
  await c.code.getByRole('button', { name: /取消收款/ }).click()
  await c.code.getByText('收款已取消').waitFor()
  await c.code.getByRole('button', { name: /回到收款/ }).click()
  await c.page.getByRole('radio', { name: /现金/ }).click()
  await c.page.getByRole('button', { name: /^收款 ¥/ }).click()
  await c.done.waitFor()
  const phone = await telephone(made)
  await phone.page.getByRole('button', { name: '确认付款' }).click()
  await phone.page.getByText('支付成功').first().waitFor()
  const now = await until(() => seat(2), (s) => s.prepaid === due)
  assert.equal(now.owed, 0)
  const list = (await boss.get(`/projects/${project}/refund-candidates?state=open`)).body.items
  assert.deepEqual(list.map((x) => [x.amount, x.why, x.room_label]), [[due, 'late', '1栋1单元201']])
  await phone.close()
  await c.p.close()
})

test('[F6] the pay code of a room 缴费二维码 is paid on a telephone through the page of 支付宝 and back', async () => {
  const { link } = (await cashier.api.post(`/projects/${project}/rooms/${room(4)}/paycode`)).body
  const p = await browser.page({ origin: linli.origin, size: PHONE, also: [street.origin] })
  await p.page.goto(link)
  await p.page.getByRole('button', { name: '去支付' }).click()
  await p.page.waitForURL(/\/wap\//)
  await p.page.getByText(`¥${seed.yuan(due)}`).waitFor()
  await shot(p.page, 'alipay-wap')
  await p.page.getByRole('button', { name: '确认付款' }).click()
  await p.page.getByRole('heading', { name: '缴费成功' }).waitFor()
  const [r] = await receipts(4)
  await p.page.getByText(r.number).waitFor()
  await shot(p.page, 'alipay-wap-paid')
  assert.deepEqual([r.amount, r.pays[0].method, r.cashier_name], [due, 'alipay', '缴费二维码'])
  await p.close()
})

test('[F6] the pay code of a room 缴费二维码 opened on a computer is paid on the cashier page of 支付宝 (电脑网页支付) and back; it is refunded like the others', async () => {
  const { link } = (await cashier.api.post(`/projects/${project}/rooms/${room(5)}/paycode`)).body
  const p = await browser.page({ origin: linli.origin, also: [street.origin] })
  const { page } = p
  await page.goto(link)
  // The merchant has not opened that product: only what works is offered.
  const pay = page.getByRole('button', { name: '电脑网页支付（支付宝）' })
  await page.getByRole('button', { name: '出付款码，用手机支付宝扫' }).waitFor()
  assert.equal(await pay.count(), 0)
  const settings = await seed.pageOf(browser, linli.origin, boss)
  await settings.page.goto(`/p/${project}/merchants`)
  const form = settings.page.getByRole('form', { name: '支付宝' })
  const tick = form.getByRole('checkbox', { name: /电脑网站支付/ })
  assert.equal(await tick.isChecked(), false)
  await tick.check({ force: true })
  await form.getByRole('button', { name: '保存支付宝商户' }).click()
  await form.getByText('已保存，下一笔收款起生效').waitFor()
  await shot(settings.page, 'alipay-products')
  await settings.close()
  await page.reload()
  await pay.waitFor()
  await page.getByRole('button', { name: '出付款码，用手机支付宝扫' }).waitFor()
  await assertAccessible(page)
  await shot(page, 'alipay-desk-bill')
  await pay.click()
  await page.waitForURL(/\/desk\//)
  await page.getByText(`¥${seed.yuan(due)}`).waitFor()
  await page.getByRole('img', { name: '支付宝付款二维码' }).waitFor()
  await assertAccessible(page)
  await shot(page, 'alipay-desk')
  // Back without paying: the order waits, and goes on from here.
  await page.goto(`${link}?back=1`)
  await page.getByText('正在向支付宝确认').waitFor()
  await page.getByRole('button', { name: '还没付，继续付款' }).click()
  await page.waitForURL(/\/desk\//)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('button', { name: '付款（余额不足）' }).click()
  await page.getByText('余额不足，支付失败').waitFor()
  await page.getByRole('button', { name: '确认付款' }).click()
  await page.getByRole('heading', { name: '缴费成功' }).waitFor()
  const [r, more] = await receipts(5)
  assert.equal(more, undefined)
  await page.getByText(r.number).waitFor()
  await assertAccessible(page)
  await shot(page, 'alipay-desk-paid')
  assert.deepEqual([r.amount, r.pays[0].method, r.cashier_name], [due, 'alipay', '缴费二维码'])
  await p.close()

  const asked = (await cashier.api.post(`/projects/${project}/refunds`, { kind: 'part', receipt_id: r.id, amount: 10000, original: true, reason: '多交' })).body
  await manager.api.post(`/projects/${project}/refunds/${asked.id}/decision`, { approve: true, version: asked.version })
  await until(async () => (await cashier.api.get(`/projects/${project}/refunds?state=paid`)).body.items, (list) => list.some((f) => f.id === asked.id))
})

test('[F6] 电脑网页支付 is cancelled before anybody logged in, and the cashier page is paid by telephone', async () => {
  const { link } = (await cashier.api.post(`/projects/${project}/rooms/${room(6)}/paycode`)).body
  const p = await browser.page({ origin: linli.origin, also: [street.origin], theme: 'dark' })
  const { page } = p
  await page.goto(link)
  await page.getByRole('button', { name: '电脑网页支付（支付宝）' }).waitFor()
  await assertAccessible(page)
  await shot(page, 'alipay-desk-bill-dark')
  await page.getByRole('button', { name: '电脑网页支付（支付宝）' }).click()
  await page.waitForURL(/\/desk\//)
  await page.goto(`${link}?back=1`)
  await page.getByRole('button', { name: '不付了，取消这笔' }).click()
  await page.getByRole('heading', { name: '这笔没有付款' }).waitFor()
  await page.getByRole('button', { name: '重新缴' }).click()
  await page.getByRole('button', { name: '电脑网页支付（支付宝）' }).click()
  await page.waitForURL(/\/desk\//)
  const telephone = await browser.page({ origin: street.origin })
  await telephone.page.goto(page.url().replace('/desk/', '/pay/'))
  await telephone.page.getByRole('button', { name: '确认付款' }).click()
  await telephone.page.getByText('支付成功').first().waitFor()
  await page.getByRole('heading', { name: '缴费成功' }).waitFor()
  assert.deepEqual((await receipts(6)).map((r) => [r.amount, r.pays[0].method]), [[due, 'alipay']])
  await telephone.close()
  await p.close()
})

test('[F9] the bill of 支付宝 of a day is fetched: what no message told is credited, and only what differs is shown', async () => {
  await channel('/faults', { drop: true, hide: true })
  const made = (await cashier.api.post(`/projects/${project}/orders`, { channel: 'alipay', room_id: room(3), amount: due, expected_owed: due })).body
  const open = await until(() => order(made.id), (o) => o.state === 'waiting')
  const res = await fetch(`${street.origin}/pay/${new URL(open.code).pathname.slice(1)}`, { method: 'POST', body: new URLSearchParams({ do: 'pay' }) })
  assert.match(await res.text(), /支付成功/)
  await channel('/books', { bare: true, merchant: pid, number: 'PAPER1', total: 8800 })
  await channel('/books', { age_days: 2 })
  const p = await seed.pageOf(browser, linli.origin, accountant.api)
  await p.page.goto(`/p/${project}/reconcile`)
  await p.page.getByRole('button', { name: '取账单', exact: true }).click()
  const dialog = p.page.getByRole('dialog', { name: '取哪一天的账单' })
  await dialog.getByRole('radio', { name: '支付宝' }).click()
  await dialog.getByRole('combobox', { name: '账单日' }).fill(day)
  await dialog.getByRole('combobox', { name: '账单日' }).press('Enter')
  await shot(p.page, 'alipay-fetch')
  await dialog.getByRole('button', { name: '取账单并对账' }).click()
  await p.page.getByRole('heading', { level: 1, name: `${day} 对账` }).waitFor()
  await p.page.locator('h1 + .tag', { hasText: '有差异' }).waitFor()
  await p.page.getByRole('cell', { name: '渠道已收，这里没有这笔订单' }).waitFor()
  await p.page.getByText(`支付宝 · 商户号 ${pid}`).waitFor()
  await p.settled()
  await assertAccessible(p.page)
  await shot(p.page, 'alipay-reconcile')
  assert.equal(await p.page.locator('tbody tr').count(), 1)
  const [r, more] = await receipts(3)
  assert.equal(more, undefined)
  assert.deepEqual([r.amount, r.pays[0].method], [due, 'alipay'])
  await p.page.getByRole('link', { name: '已处理' }).click()
  await p.page.getByText('自动对账：补记到账').waitFor()
  await p.close()
})
