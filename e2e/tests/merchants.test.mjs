// Several merchants of one channel: set on a page, told at the counter before,
// paid one after the other there and on the page of the pay code; late fees of
// the day are paid along; the morning's bills of both, and their fees as expense.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PHONE, assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { until } from '../lib/eventually.mjs'
import { startLinli, startReachable } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const numbers = ['1900000109', '1900000110']
let street, linli, browser, boss, cashier, project, rooms, parking

const papers = (n) => {
  const log = street.log()
  const part = log.slice(log.indexOf(numbers[n]), n + 1 < numbers.length ? log.indexOf(numbers[n + 1]) : undefined)
  const said = (pattern) => pattern.exec(part)[1]
  return {
    number: numbers[n], app: said(/AppID (\S+)/), serial: said(/证书序列号 (\S+)/), platform_serial: said(/公钥 ID (\S+)/), api_key: said(/密钥 (\S+)/),
    platform_key: said(/(-----BEGIN PUBLIC KEY-----[^]+?-----END PUBLIC KEY-----)/), private_key: said(/(-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----)/), active: true,
  }
}

before(async () => {
  street = await startLinli({ args: ['sim', 'wechat', '--addr', '127.0.0.1:0', '--file', '', ...numbers] })
  linli = await startReachable({ LINLI_WECHAT: street.origin })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, ['陈建国', '王秀英'].map((owner, n) => ({ building: '3', unit: '2', room: `150${n + 1}`, area: 89.3, owner, phone: `1380571570${n}` })))
  const fee = await seed.fee(boss, project, { name: '物业服务费', price: 2.8 })
  parking = await seed.fee(boss, project, { name: '车位管理费', price: 1 })
  await seed.released(boss, project, seed.month(-1))
  await boss.post(`/projects/${project}/items/${fee}/late-terms`, { from_date: `${seed.month(-6)}-01`, daily: 50_000, grace: 'from_due', cap: 'principal', source: '物业服务合同第十二条' })
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  await boss.put(`/projects/${project}/merchants/wechat`, { ...papers(0), name: '物业费商户', rate: 6000, version: 0 })
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  await street?.stop()
})

const room = (n) => rooms[`3栋2单元150${n}`]
const seat = async (n) => (await cashier.api.get(`/projects/${project}/counter/${room(n)}`)).body
const receipts = async (n) => (await cashier.api.get(`/projects/${project}/receipts?room_id=${room(n)}&limit=50`)).body.items.filter((r) => r.state === 'valid')

test('[F6] a second merchant is added on the page and takes the money of its fee items', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  const { page } = p
  await page.goto(`/p/${project}/merchants`)
  await page.getByRole('button', { name: '再加一个微信支付商户' }).click()
  const form = page.getByRole('form', { name: '微信支付' }).last()
  const second = papers(1)
  const fill = (name, text) => form.getByRole('textbox', { name, exact: typeof name === 'string' }).fill(text)
  await fill(/^商户名称/, '停车费商户')
  await fill(/^约定手续费率/, '0.38')
  await fill('商户号', second.number)
  await fill('公众账号 AppID', second.app)
  await fill('商户 API 证书序列号', second.serial)
  await fill(/^商户 API 私钥/, second.private_key)
  await fill('APIv3 密钥', second.api_key)
  await fill('微信支付公钥 ID', second.platform_serial)
  await fill(/^微信支付公钥$/, second.platform_key)
  await form.getByRole('checkbox', { name: /H5 支付/ }).check({ force: true })
  await form.getByRole('button', { name: '保存微信支付商户' }).click()
  const added = page.getByRole('form', { name: '停车费商户' })
  await added.waitFor()
  await page.getByRole('checkbox', { name: '车位管理费' }).check({ force: true })
  await page.getByRole('button', { name: '保存收费范围' }).click()
  await page.getByText('已保存，下一笔收款起生效').last().waitFor()
  await assertAccessible(page)
  await shot(page, 'merchants-two', { fullPage: true })
  const list = (await boss.get(`/projects/${project}/merchants`)).body.items.filter((m) => m.channel === 'wechat')
  assert.deepEqual(list.map((m) => [m.name, m.default, m.rate, m.item_ids]), [['物业费商户', true, 6000, []], ['停车费商户', false, 3800, [parking]]])
  assert.ok(!JSON.stringify(list).includes('BEGIN PRIVATE'))
  await p.close()
})

test('[F6] what belongs to two merchants is said at the counter before, and asked one after the other, with the late fee of the day', async () => {
  const before = await seat(1)
  assert.ok(before.late_owed > 0)
  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  const { page } = p
  p.expect(/409/)
  await page.addInitScript(() => localStorage.setItem('linli.receipt.print', '0'))
  await page.goto(`/p/${project}/counter/${room(1)}`)
  await page.getByRole('button', { name: /^收款 ¥/ }).waitFor()
  await page.getByRole('radio', { name: /微信/ }).click()
  await page.getByRole('button', { name: /^出示收款码/ }).click()
  const split = page.getByRole('region', { name: '分商户收款' })
  await split.getByText('这些费用分两个商户收款').waitFor()
  await assertAccessible(page)
  await shot(page, 'merchants-split')
  const code = page.getByRole('region', { name: '微信收款' })
  const done = page.getByRole('region', { name: '已收款' })
  const orders = []
  for (const words of ['先收', '接着收']) {
    await split.getByRole('button', { name: new RegExp(`^${words}`) }).click()
    await code.getByRole('img', { name: /微信收款码/ }).waitFor()
    if (words === '先收') await shot(page, 'merchants-code')
    const id = (await until(() => seat(1), (s) => s.open_order_id)).open_order_id
    const order = (await cashier.api.get(`/projects/${project}/orders/${id}`)).body
    orders.push(order)
    const phone = await browser.page({ origin: street.origin })
    await phone.page.goto('/')
    await phone.page.getByRole('textbox', { name: '二维码里的文字' }).fill(order.code)
    await phone.page.getByRole('button', { name: '扫一扫' }).click()
    await phone.page.getByRole('button', { name: '立即支付' }).click()
    await phone.page.getByText('支付成功').waitFor()
    await phone.close()
    await done.waitFor()
    if (words === '先收') {
      await page.getByText(/^还没收：/).waitFor()
      await shot(page, 'merchants-first-paid')
      await done.getByRole('button', { name: /继续收这户/ }).click()
      await split.waitFor()
    }
  }
  assert.equal(orders[0].amount + orders[1].amount, before.owed + before.late_owed)
  assert.deepEqual(orders.map((o) => o.late_fee).sort((a, b) => a - b), [0, before.late_owed])
  const list = await receipts(1)
  assert.equal(list.length, 2)
  const now = await seat(1)
  assert.deepEqual([now.owed, now.late_owed, now.prepaid], [0, 0, 0])
  await p.close()
})

test('[F6] the page of the pay code pays one merchant after the other, late fees of today included', async () => {
  const before = await seat(2)
  const code = (await cashier.api.post(`/projects/${project}/rooms/${room(2)}/paycode`)).body
  const p = await browser.page({ origin: linli.origin, size: PHONE, also: [street.origin] })
  const { page } = p
  await page.goto(code.link)
  await page.getByText('这些费用分两个商户收款').waitFor()
  await page.getByText(`其中违约金 ¥${seed.yuan(before.late_owed)}`).waitFor()
  await page.getByRole('button', { name: /物业服务费/ }).first().click()
  await page.getByText(/违约金 .*怎么算的/).waitFor()
  await assertAccessible(page)
  await shot(page, 'merchants-pay-page')
  for (const words of [/^微信先付/, '去支付']) {
    await page.getByRole('button', { name: words }).click()
    await page.waitForURL(/\/h5\//)
    await page.getByRole('button', { name: '立即支付' }).click()
    await page.getByRole('heading', { name: '缴费成功' }).waitFor()
    if (words !== '去支付') await page.getByRole('button', { name: '看账单' }).click()
  }
  await page.getByText('这户已缴清').waitFor()
  const list = await receipts(2)
  assert.deepEqual([list.length, list.reduce((sum, r) => sum + r.amount, 0)], [2, before.owed + before.late_owed])
  await p.context.close()
})
