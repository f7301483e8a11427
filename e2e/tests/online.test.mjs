// WeChat Pay at the counter: the code, the payer's telephone in a second page,
// the receipt; cancelling; and what happens when the payer is late.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, shot } from '../lib/browser.mjs'
import { until } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const due = 25004
const mchid = '1900000109'
let street, linli, browser, boss, cashier, project, rooms

before(async () => {
  street = await startLinli({ args: ['sim', 'wechat', '--addr', '127.0.0.1:0', '--file', '', mchid] })
  linli = await startLinli({ env: { LINLI_WECHAT: street.origin } })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, Array.from({ length: 4 }, (_, n) => ({ building: '1', room: `${n + 1}01`, area: 89.3, owner: `住户${'甲乙丙丁'[n]}`, phone: `1380571570${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', price: 2.8 })
  await seed.released(boss, project, seed.month())
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  const said = (pattern) => pattern.exec(street.log())[1]
  const merchant = await boss.put(`/projects/${project}/merchants/wechat`, {
    number: mchid, app: said(/AppID (\S+)/), serial: said(/证书序列号 (\S+)/), platform_serial: said(/公钥 ID (\S+)/), api_key: said(/密钥 (\S+)/),
    platform_key: said(/(-----BEGIN PUBLIC KEY-----[^]+?-----END PUBLIC KEY-----)/), private_key: said(/(-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----)/), active: true, version: 0,
  })
  assert.equal(merchant.body.has_private_key, true)
  assert.ok(!JSON.stringify(merchant.body).includes('BEGIN PRIVATE'))
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  await street?.stop()
})

const room = (n) => rooms[`1栋1单元${n}01`]
const receipts = async (n) => (await cashier.api.get(`/projects/${project}/receipts?room_id=${room(n)}&limit=50`)).body.items
const seat = async (n) => (await cashier.api.get(`/projects/${project}/counter/${room(n)}`)).body

async function counter(n, { theme = 'light' } = {}) {
  const p = await seed.pageOf(browser, linli.origin, cashier.api, { theme })
  await p.page.addInitScript(() => localStorage.setItem('linli.receipt.print', '0'))
  await p.page.goto(`/p/${project}/counter/${room(n)}`)
  await p.page.getByRole('button', { name: /^收款 ¥/ }).waitFor()
  return { p, page: p.page, code: p.page.getByRole('region', { name: '微信收款' }), done: p.page.getByRole('region', { name: '已收款' }) }
}
/** Chooses WeChat and shows the code; answers the order. */
async function show(c, n) {
  await c.page.getByRole('radio', { name: /微信/ }).click()
  await c.page.getByRole('button', { name: /^出示收款码/ }).click()
  await c.code.getByRole('img', { name: /微信收款码/ }).waitFor()
  const id = (await until(() => seat(n), (s) => s.open_order_id)).open_order_id
  return (await cashier.api.get(`/projects/${project}/orders/${id}`)).body
}
/** The payer's telephone, on the page of this order. */
async function telephone(order) {
  const p = await browser.page({ origin: street.origin })
  await p.page.goto('/')
  await p.page.getByRole('textbox', { name: '二维码里的文字' }).fill(order.code)
  await p.page.getByRole('button', { name: '扫一扫' }).click()
  await p.page.getByText(order.number).waitFor()
  return p
}

test('[F6] a household pays by WeChat at the counter: code, telephone, receipt', async () => {
  const c = await counter(1)
  const order = await show(c, 1)
  assert.deepEqual([order.amount, order.state, order.lines.length], [due, 'waiting', 1])
  await shot(c.page, 'online-code')
  const phone = await telephone(order)
  await phone.page.getByText(`¥${seed.yuan(due)}`).waitFor()
  await shot(phone.page, 'online-telephone')
  await phone.page.getByRole('button', { name: '支付（余额不足）' }).click()
  await phone.page.getByText('余额不足，支付失败').waitFor()
  assert.equal((await receipts(1)).length, 0)
  await phone.page.getByRole('button', { name: '立即支付' }).click()
  await phone.page.getByText('支付成功').waitFor()
  await c.done.waitFor()
  await c.done.getByText('这户已缴清').waitFor()
  await shot(c.page, 'online-done')
  const [r, more] = await receipts(1)
  assert.equal(more, undefined)
  assert.deepEqual([r.amount, r.pays[0].method, r.voidable, r.cashier_name], [due, 'wechat', false, '李雪梅'])
  assert.match(r.pays[0].reference, /^4200\d{24}$/)
  assert.equal((await seat(1)).owed, 0)
  await phone.close()
  await c.p.close()
})

test('[F6] a code that is cancelled cannot be paid any more, and cash can be taken', async () => {
  const c = await counter(2, { theme: 'dark' })
  const order = await show(c, 2)
  await shot(c.page, 'online-code-dark')
  const phone = await telephone(order)
  await c.code.getByRole('button', { name: /取消收款/ }).click()
  await c.code.getByText('收款已取消').waitFor()
  await phone.page.getByRole('button', { name: '立即支付' }).click()
  await phone.page.getByText('订单已关闭').first().waitFor()
  await c.code.getByRole('button', { name: /回到收款/ }).click()
  await c.page.getByRole('radio', { name: /现金/ }).click()
  await c.page.getByRole('button', { name: /^收款 ¥/ }).click()
  await c.done.waitFor()
  assert.equal((await receipts(2)).length, 1)
  await phone.close()
  await c.p.close()
})

test('[F6] a code survives a reload of the counter and is paid then', async () => {
  const c = await counter(3)
  const order = await show(c, 3)
  await c.page.reload()
  await c.code.getByRole('img', { name: /微信收款码/ }).waitFor()
  const phone = await telephone(order)
  await phone.page.getByRole('button', { name: '立即支付' }).click()
  await c.done.waitFor()
  assert.equal((await receipts(3)).length, 1)
  await phone.close()
  await c.p.close()
})

test('[F6] a bill that is paid twice leaves prepaid money and a line to look at', async () => {
  const c = await counter(4)
  const order = await show(c, 4)
  const now = await seat(4)
  await cashier.api.post(`/projects/${project}/receipts`, { room_id: room(4), expected_owed: now.owed, pays: [{ method: 'cash', amount: due }] })
  const phone = await telephone(order)
  await phone.page.getByRole('button', { name: '立即支付' }).click()
  await c.done.waitFor()
  const after_ = await until(() => seat(4), (s) => s.prepaid === due)
  assert.equal(after_.owed, 0)
  const list = (await boss.get(`/projects/${project}/refund-candidates?state=open`)).body.items
  assert.deepEqual(list.map((x) => [x.amount, x.why, x.room_label]), [[due, 'second', '1栋1单元401']])
  await phone.close()
  await c.p.close()
})

test('[F6] the line is dealt with on the page of candidates, with a note', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${project}/refund-candidates`)
  await p.page.getByText('重复付款').waitFor()
  await shot(p.page, 'online-candidates')
  await p.page.getByRole('button', { name: '写明处理' }).click()
  await p.page.getByRole('dialog').getByRole('textbox').fill('缴费人同意留作预存')
  await p.page.getByRole('dialog').getByRole('button', { name: /已处理/ }).click()
  await p.page.getByText('没有待处理的多收款').waitFor()
  const [done] = (await boss.get(`/projects/${project}/refund-candidates?state=done`)).body.items
  assert.equal(done.note, '缴费人同意留作预存')
  await p.close()
})

test('[F6] the merchant of a project is set on a page; keys go in and never come out', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${project}/merchants`)
  const form = p.page.getByRole('form', { name: '微信支付' })
  const number = form.getByRole('textbox', { name: '商户号', exact: true })
  await number.waitFor()
  assert.equal(await number.inputValue(), mchid)
  assert.equal(await form.getByRole('textbox', { name: /商户 API 私钥/ }).inputValue(), '')
  await shot(p.page, 'online-merchant', { keep: 'guide/pages/merchants', clip: { x: 0, y: 0, width: 1440, height: 816 } })
  p.expect(/422/)
  await number.fill('12')
  await form.getByRole('button', { name: '保存微信支付商户' }).click()
  await form.getByText('商户号是 8–12 位数字').first().waitFor()
  await number.fill(mchid)
  await form.getByRole('checkbox', { name: /启用/ }).click()
  await form.getByRole('button', { name: '保存微信支付商户' }).click()
  await form.getByText('已保存，下一笔收款起生效').waitFor()
  assert.deepEqual((await seat(4)).online, [])
  await p.close()
})
