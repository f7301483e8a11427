// A pay code opened inside WeChat: the page learns from WeChat who pays, and has
// WeChat's own browser ask for the payment. The bridge is the simulator's.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PHONE, assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { until } from '../lib/eventually.mjs'
import { startLinli, startReachable } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const mchid = '1900000109'
const partner = '1900000111'
const below = '1900000211'
const due = 25004
const agent = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN'
let street, linli, browser, boss, cashier, project, rooms, papers

before(async () => {
  street = await startLinli({ args: ['sim', 'wechat', '--addr', '127.0.0.1:0', '--file', '', mchid, partner, `${partner}/${below}`] })
  linli = await startReachable({ LINLI_WECHAT: street.origin })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, ['陈建国', '王秀英', '李明华'].map((owner, n) => ({ building: '3', unit: '2', room: `150${n + 1}`, area: 89.3, owner, phone: `1380571570${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', price: 2.8 })
  await seed.released(boss, project, seed.month())
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  papers = papersOf(mchid)
  const set = await boss.put(`/projects/${project}/merchants/wechat`, { ...papers, version: 0 })
  assert.ok(!JSON.stringify(set.body).includes(papers.app_secret), 'the secret is not told again')
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  await street?.stop()
})

/** What the simulator said about a merchant. */
function papersOf(number) {
  const text = street.log().slice(street.log().indexOf(`商户号 ${number}\n`))
  const said = (pattern) => pattern.exec(text)[1]
  return {
    number, app: said(/AppID (\S+)/), app_secret: said(/AppSecret (\S+)/), serial: said(/证书序列号 (\S+)/), platform_serial: said(/公钥 ID (\S+)/), api_key: said(/密钥 (\S+)/),
    platform_key: said(/(-----BEGIN PUBLIC KEY-----[^]+?-----END PUBLIC KEY-----)/), private_key: said(/(-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----)/), active: true,
  }
}
const room = (n) => rooms[`3栋2单元150${n}`]
const issue = async (n) => (await cashier.api.post(`/projects/${project}/rooms/${room(n)}/paycode`)).body
const receipts = async (n) => (await cashier.api.get(`/projects/${project}/receipts?room_id=${room(n)}&limit=50`)).body.items
/** WeChat on somebody's telephone, which has scanned a code; bridge is the script that stands for WeixinJSBridge. */
async function scanned(link, bridge, options = {}) {
  const p = await browser.page({ origin: linli.origin, size: PHONE, also: [street.origin], agent, ...options })
  await p.context.addInitScript({ content: bridge ?? (await (await fetch(`${street.origin}/bridge.js`)).text()) })
  await p.page.goto(link)
  return p
}
/** Clicks, and answers the sheet that WeChat shows over the page. */
async function sheetOf(p, name) {
  const [sheet] = await Promise.all([p.context.waitForEvent('page'), p.page.getByRole('button', { name }).click()])
  await sheet.getByRole('button', { name: '立即支付' }).waitFor()
  return sheet
}

test('[F6] 缴费二维码 opened inside WeChat: paid in WeChat itself, a cancelled sheet comes back to the bill', async () => {
  const code = await issue(1)
  const p = await scanned(code.link)
  const { page } = p
  await page.getByRole('button', { name: '去支付' }).waitFor()
  assert.equal(new URL(page.url()).search, '', 'the code of WeChat does not stay in the address')
  assert.equal(await page.getByText('在浏览器打开').count(), 0)
  await assertAccessible(page)
  await shot(page, 'wechat-inside')

  const first = await sheetOf(p, '去支付')
  await first.getByText(`¥${seed.yuan(due)}`).waitFor()
  await shot(first, 'wechat-sheet')
  await first.getByRole('button', { name: '取消' }).click()
  await page.getByText('您取消了付款，没有扣款').waitFor()
  await page.getByText(/有一笔 ¥250\.04 正在付款/).waitFor()
  await assertAccessible(page)
  await shot(page, 'wechat-cancelled')
  assert.equal((await receipts(1)).length, 0)

  const second = await sheetOf(p, '继续付款')
  await second.getByRole('button', { name: '立即支付' }).click()
  await page.getByRole('heading', { name: '缴费成功' }).waitFor()
  const [r] = await until(() => receipts(1), (list) => list.length === 1)
  await page.getByText(r.number).waitFor()
  assert.deepEqual([r.amount, r.pays[0].method, r.cashier_name], [due, 'wechat', '缴费二维码'])
  await shot(page, 'wechat-paid')
  await p.close()
})

test('[F6] 缴费二维码 inside WeChat: a bridge that says ok is not believed, another telephone cannot take the order over', async () => {
  const code = await issue(2)
  const liar = 'window.WeixinJSBridge = { invoke: (name, parameters, told) => { window.asked = parameters; told({ err_msg: "get_brand_wcpay_request:ok" }) } }'
  const p = await scanned(code.link, liar, { theme: 'dark' })
  await p.page.getByRole('button', { name: '去支付' }).click()
  await p.page.getByText('正在向微信确认').waitFor()
  await shot(p.page, 'wechat-confirming-dark')
  const asked = await until(() => p.page.evaluate(() => window.asked), (a) => a)
  assert.deepEqual(Object.keys(asked).sort(), ['appId', 'nonceStr', 'package', 'paySign', 'signType', 'timeStamp'])
  assert.deepEqual([asked.appId, asked.signType], [papers.app, 'RSA'])

  const other = await scanned(code.link)
  const [sheet] = await Promise.all([other.context.waitForEvent('page'), other.page.getByRole('button', { name: '继续付款' }).click()])
  sheet.on('dialog', (d) => d.dismiss())
  await other.page.getByText('微信没有打开付款，没有扣款').waitFor()
  await other.close()

  assert.equal((await receipts(2)).length, 0)
  await p.page.getByRole('button', { name: '不付了，取消这笔' }).click()
  await p.page.getByRole('heading', { name: '这笔没有付款' }).waitFor()
  await p.close()
})

test('[F6] 缴费二维码 inside WeChat: when WeChat does not say who pays, the page shows another way', async () => {
  const code = await issue(3)
  const version = (await boss.get(`/projects/${project}/merchants`)).body.items.find((m) => m.number === mchid).version
  await boss.put(`/projects/${project}/merchants/wechat`, { ...papers, app_secret: '0'.repeat(32), version })
  const p = await scanned(code.link)
  p.expect(/409/)
  await p.page.getByText('在浏览器打开').waitFor()
  await p.page.getByRole('button', { name: '出付款码，用另一部手机微信扫' }).click()
  await p.page.getByRole('img', { name: /微信付款二维码/ }).waitFor()
  await p.page.getByRole('button', { name: '不付了，取消这笔' }).click()
  await p.page.getByRole('heading', { name: '这笔没有付款' }).waitFor()
  await p.close()
})

test('[F6] 缴费二维码 inside WeChat for a merchant below a partner 服务商, checked by certificates 平台证书: paid and receipted', async () => {
  assert.equal((await fetch(`${street.origin}/certify`, { method: 'POST', body: JSON.stringify({ merchant: partner, certificate: true }) })).status, 204)
  const said = (pattern) => pattern.exec(street.log())[1]
  const version = (await boss.get(`/projects/${project}/merchants`)).body.items.find((m) => m.number === mchid).version
  await boss.put(`/projects/${project}/merchants/wechat`, {
    ...papersOf(partner), mode: 'certificate', platform_serial: '', platform_key: '', sub_number: below,
    sub_app: said(/特约商户 AppID (\S+)/), app_secret: said(/特约商户 AppSecret (\S+)/), version,
  })
  const code = await issue(2)
  const p = await scanned(code.link)
  const sheet = await sheetOf(p, '去支付')
  await sheet.getByRole('button', { name: '立即支付' }).click()
  await p.page.getByRole('heading', { name: '缴费成功' }).waitFor()
  const [r] = await until(() => receipts(2), (list) => list.length === 1)
  await p.page.getByText(r.number).waitFor()
  assert.deepEqual([r.amount, r.pays[0].method], [due, 'wechat'])
  await p.close()
})

test('[F6] the counter takes a WeChat payer’s code 付款码 that needs a password: it waits, and goes on by itself', async () => {
  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  await p.page.addInitScript(() => localStorage.setItem('linli.receipt.print', '0'))
  await p.page.goto(`/p/${project}/counter/${room(3)}`)
  await p.page.getByText('也可以直接扫付款人的付款码（微信）').waitFor()
  const code = /data-code="(\d{18})"/.exec(await (await fetch(`${street.origin}/code?kind=password`)).text())[1]
  await p.page.keyboard.type(code)
  await p.page.keyboard.press('Enter')
  await p.page.getByRole('region', { name: '微信收款' }).getByText('请付款人在手机上输入密码').waitFor()
  const phone = await browser.page({ origin: street.origin, size: PHONE })
  await phone.page.goto('/code')
  await phone.page.getByText('请输入密码').waitFor()
  await shot(phone.page, 'wechat-telephone')
  await phone.page.getByRole('link', { name: '去付款' }).click()
  await phone.page.getByRole('button', { name: '立即支付' }).click()
  await phone.page.getByText('支付成功').first().waitFor()
  await p.page.getByRole('region', { name: '已收款' }).waitFor()
  const [r] = await until(() => receipts(3), (list) => list.length === 1)
  assert.deepEqual([r.amount, r.pays[0].method], [due, 'wechat'])
  await phone.close()
  await p.close()
})
