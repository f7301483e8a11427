// The counter scans the code that a payer shows 付款码: room, Enter, scan, and
// the receipt. A password, no money, an answer that got lost, a cancellation.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, keyboard, openBrowser, shot } from '../lib/browser.mjs'
import { eventually, until } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const due = 25004
const pid = '2088600000000001'
let street, linli, browser, boss, cashier, project, rooms

before(async () => {
  street = await startLinli({ args: ['sim', 'alipay', '--addr', '127.0.0.1:0', '--file', '', pid] })
  linli = await startLinli({ env: { LINLI_ALIPAY: street.origin } })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, Array.from({ length: 6 }, (_, n) => ({ building: '1', room: `${n + 1}01`, area: 89.3, owner: `住户${'甲乙丙丁戊己'[n]}`, phone: `1380571580${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', price: 2.8 })
  await seed.released(boss, project, seed.month())
  const said = (pattern) => pattern.exec(street.log())[1]
  await boss.put(`/projects/${project}/merchants/alipay`, { number: pid, app: said(/APPID (\S+)/), active: true, version: 0,
    private_key: said(/(-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----)/), platform_key: said(/(-----BEGIN PUBLIC KEY-----[^]+?-----END PUBLIC KEY-----)/) })
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  await street?.stop()
})

const room = (n) => rooms[`1栋1单元${n}01`]
const receipts = async (n) => (await cashier.api.get(`/projects/${project}/receipts?room_id=${room(n)}&limit=50`)).body.items
const seat = async (n) => (await cashier.api.get(`/projects/${project}/counter/${room(n)}`)).body
/** The digits on the telephone of such a payer: free, password, poor, lost. */
const shown = async (kind) => /data-code="(\d{18})"/.exec(await (await fetch(`${street.origin}/code?kind=${kind}`)).text())[1]
/** A scanner is a keyboard: the digits, then Enter. */
async function scan(page, code) {
  await page.keyboard.type(code)
  await page.keyboard.press('Enter')
}
async function counter(n, { theme = 'light' } = {}) {
  const p = await seed.pageOf(browser, linli.origin, cashier.api, { theme })
  await p.page.addInitScript(() => localStorage.setItem('linli.receipt.print', '0'))
  await p.page.goto(n ? `/p/${project}/counter/${room(n)}` : `/p/${project}/counter`)
  if (n) await p.page.getByRole('button', { name: /^收款 ¥/ }).waitFor()
  return { p, page: p.page, code: p.page.getByRole('region', { name: '支付宝收款' }), done: p.page.getByRole('region', { name: '已收款' }) }
}
async function paidByAlipay(n) {
  const [r, more] = await receipts(n)
  assert.equal(more, undefined)
  assert.deepEqual([r.amount, r.pays[0].method, r.owed_after], [due, 'alipay', 0])
  assert.match(r.pays[0].reference, /^\d{28}$/)
}

test('[F7] room, Enter, scan of the payer’s code 付款码: the receipt, and the next household by its first digit', async () => {
  const c = await counter(0)
  const find = c.page.getByRole('combobox', { name: '找一户' })
  await find.waitFor()
  const hands = keyboard(c.page)
  await hands.type('101')
  await c.page.getByRole('option').first().waitFor()
  await hands.press('Enter')
  await c.page.getByRole('button', { name: /^收款 ¥/ }).waitFor()
  await hands.type(await shown('free'))
  await hands.press('Enter') // the scanner's own
  await c.done.waitFor()
  assert.ok(hands.count <= 4, `${hands.count} entries from the room to the receipt`)
  await c.done.getByText('这户已缴清').waitFor()
  await paidByAlipay(1)
  await c.p.settled()
  await shot(c.page, 'scan-done')
  await c.page.keyboard.press('2')
  await eventually(async () => assert.equal(await find.inputValue(), '2'))
  await c.page.goto(`/p/${project}/counter/${room(1)}`)
  await c.p.settled()
  await scan(c.page, '281234567890123456') // nothing is owed: the digits are no amount
  await shot(c.page, 'scan-nothing')
  assert.equal(await c.page.getByRole('textbox', { name: '收款金额' }).inputValue(), '')
  await c.p.close()
})

test('[F6] a payer of 支付宝 has to enter a password: the counter says so and goes on by itself', async () => {
  const c = await counter(2)
  await c.page.getByText('也可以直接扫付款人的付款码（支付宝）').waitFor()
  await c.p.settled()
  await shot(c.page, 'scan-before')
  await scan(c.page, await shown('password'))
  await c.code.getByText('请付款人在手机上输入密码').waitFor()
  await c.p.settled()
  await assertAccessible(c.page)
  await shot(c.page, 'scan-asked')
  assert.equal((await receipts(2)).length, 0)
  const phone = await browser.page({ origin: street.origin })
  await phone.page.goto('/code')
  await phone.page.getByText('请输入密码').waitFor()
  await shot(phone.page, 'scan-telephone')
  await phone.page.getByRole('link', { name: '去付款' }).click()
  await phone.page.getByRole('button', { name: '确认付款' }).click()
  await phone.page.getByText('支付成功').first().waitFor()
  await c.done.waitFor()
  await paidByAlipay(2)
  await phone.close()
  await c.p.close()
})

test('[F7] no money, an old code, something that is no code: said plainly, nothing is taken, and the next scan is good', async () => {
  const c = await counter(3, { theme: 'dark' })
  await c.page.keyboard.press('4')
  await c.page.getByRole('textbox', { name: '付款码' }).waitFor()
  await c.p.settled()
  await shot(c.page, 'scan-field-dark')
  await scan(c.page, '991234567890123456')
  await c.page.getByText('这不是付款码').waitFor()
  await scan(c.page, '134567890123456789')
  await c.page.getByText('本项目不能扫微信的付款码').waitFor()
  await scan(c.page, await shown('poor'))
  await c.code.getByText('没有收到钱').waitFor()
  await c.code.getByText('余额不足').waitFor()
  await c.p.settled()
  await assertAccessible(c.page)
  await shot(c.page, 'scan-refused-dark')
  const used = await shown('free')
  await scan(c.page, used)
  await c.done.waitFor()
  await paidByAlipay(3)
  await c.page.goto(`/p/${project}/counter/${room(4)}`)
  await c.page.getByRole('button', { name: /^收款 ¥/ }).waitFor()
  await scan(c.page, used)
  await c.code.getByText('请付款人刷新付款码').waitFor()
  await c.page.keyboard.press('Enter')
  await c.page.getByRole('textbox', { name: '付款码' }).waitFor()
  assert.deepEqual([(await seat(4)).owed, (await receipts(4)).length], [due, 0])
  await c.p.close()
})

test('[F6] paid by 支付宝, and the answer got lost: found by asking, one receipt', async () => {
  const c = await counter(5)
  await fetch(`${street.origin}/faults`, { method: 'POST', body: JSON.stringify({ drop: true }), headers: { 'content-type': 'application/json' } })
  await scan(c.page, await shown('lost'))
  await c.code.getByText('正在查询；请勿重复收款').waitFor()
  await c.p.settled()
  await shot(c.page, 'scan-unknown')
  await c.done.waitFor()
  await paidByAlipay(5)
  await fetch(`${street.origin}/faults`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
  await c.p.close()
})

test('[F7] the payer goes away while the password is asked for: cancelled by Esc, taken back at 支付宝, paid in cash', async () => {
  const c = await counter(6)
  await scan(c.page, await shown('password'))
  await c.code.getByText('请付款人在手机上输入密码').waitFor()
  const made = (await seat(6)).open_order_id
  await c.page.keyboard.press('Escape')
  await c.code.getByText('没有收到钱').waitFor()
  const order = (await cashier.api.get(`/projects/${project}/orders/${made}`)).body
  assert.deepEqual([order.state, order.scan, order.reason], ['closed', 'reversed', '收费员取消'])
  const seen = await (await fetch(`${street.origin}/`)).text()
  assert.match(seen, new RegExp(`交易关闭[^]*${order.number}`))
  await c.page.keyboard.press('Enter')
  await c.page.getByRole('radio', { name: /现金/ }).click()
  await c.page.getByRole('button', { name: /^收款 ¥/ }).click()
  await c.done.waitFor()
  const [r, more] = await until(() => receipts(6), (list) => list.length > 0)
  assert.equal(more, undefined)
  assert.deepEqual([r.amount, r.pays[0].method], [due, 'cash'])
  await c.p.close()
})
