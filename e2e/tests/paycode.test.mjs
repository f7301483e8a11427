// The resident's own pay code: on paper, in a browser without login, through
// WeChat Pay's page and back, and what the counter sees of it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PHONE, assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually, until } from '../lib/eventually.mjs'
import { startLinli, startReachable } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const mchid = '1900000109'
const due = 25004
let street, linli, browser, boss, cashier, project, rooms

before(async () => {
  street = await startLinli({ args: ['sim', 'wechat', '--addr', '127.0.0.1:0', '--file', '', mchid] })
  linli = await startReachable({ LINLI_WECHAT: street.origin })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, ['陈建国', '王秀英', '李明华', '赵玉兰'].map((owner, n) => ({ building: '3', unit: '2', room: `150${n + 1}`, area: 89.3, owner, phone: `1380571570${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', price: 2.8 })
  for (const m of [-2, -1, 0]) await seed.released(boss, project, seed.month(m))
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  const said = (pattern) => pattern.exec(street.log())[1]
  await boss.put(`/projects/${project}/merchants/wechat`, {
    number: mchid, app: said(/AppID (\S+)/), serial: said(/证书序列号 (\S+)/), platform_serial: said(/公钥 ID (\S+)/), api_key: said(/密钥 (\S+)/),
    platform_key: said(/(-----BEGIN PUBLIC KEY-----[^]+?-----END PUBLIC KEY-----)/), private_key: said(/(-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----)/), active: true, version: 0,
  })
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  await street?.stop()
})

const room = (n) => rooms[`3栋2单元150${n}`]
const codeOf = async (n) => (await cashier.api.get(`/projects/${project}/rooms/${room(n)}/paycode`)).body
const issue = async (n) => (await cashier.api.post(`/projects/${project}/rooms/${room(n)}/paycode`)).body
const receipts = async (n) => (await cashier.api.get(`/projects/${project}/receipts?room_id=${room(n)}&limit=50`)).body.items
/** What the picture of a code holds as a drawing: the paper shows the same one. */
const drawing = (picture) => Buffer.from(picture.split(',')[1], 'base64').toString('utf8')
/** Somebody's telephone on the address of a code. */
async function scan(link, options = {}) {
  const p = await browser.page({ origin: linli.origin, size: PHONE, also: [street.origin], ...options })
  await p.page.goto(link)
  return p
}

test('[F6] a code of a room 缴费二维码 is made, shown and printed on the household page; a letter carries it', async () => {
  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  await p.page.goto(`/p/${project}/households/${room(1)}`)
  await p.page.getByRole('button', { name: '缴费二维码' }).click()
  const dialog = p.page.getByRole('dialog', { name: /缴费二维码/ })
  await dialog.getByRole('button', { name: '生成缴费二维码' }).click()
  await dialog.getByRole('img', { name: /缴费二维码/ }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'paycode-console')
  await dialog.getByRole('button', { name: '打印' }).click()
  const code = await codeOf(1)
  const paper = async () => (await p.page.locator('iframe').last().getAttribute('srcdoc')) ?? ''
  await eventually(async () => assert.ok((await paper()).includes(drawing(code.picture)), 'the sheet shows the code'))
  for (const words of ['3栋2单元1501', '扫码缴费', '门禁']) assert.ok((await paper()).includes(words), words)
  assert.ok(!(await paper()).includes('陈建国'))

  await boss.put(`/projects/${project}/dunning/setting`, { ...(await boss.get(`/projects/${project}/dunning/setting`)).body, contact: '翠湖花园服务中心 0571-85712345' })
  const letters = (await boss.post(`/projects/${project}/dunning/letters`, { room_ids: [room(1), room(2)], kind: 'remind' })).body.items
  const html = (await boss.post(`/projects/${project}/dunning/prints`, { letter_ids: letters.map((l) => l.id) })).body.html
  for (const n of [1, 2]) assert.ok(html.includes(drawing((await codeOf(n)).picture)), `letter of room ${n}`)
  await p.page.setContent(html)
  await shot(p.page, 'paycode-letter', { fullPage: true })
  await p.context.close()
})

test('[F6] 缴费二维码 scanned on a telephone: three taps pay, the receipt number shows, the counter sees it', async () => {
  const code = await codeOf(1)
  const p = await scan(code.link)
  const { page } = p
  const pay = page.getByRole('button', { name: '去支付' })
  await pay.waitFor()
  const body = await page.locator('#app').innerText()
  for (const words of ['3栋2单元1501', '陈**', '翠湖花园', seed.yuan(3 * due)]) assert.ok(body.includes(words), words)
  for (const secret of ['陈建国', '建国', '13805715700']) assert.ok(!(await page.content()).includes(secret), secret)
  await page.getByRole('button', { name: /物业服务费/ }).first().click()
  await page.getByRole('region', { name: '怎么算的' }).getByText(/89\.3.*2\.80?/).waitFor()
  await assertAccessible(page)
  await shot(page, 'paycode-bill')
  const headers = (await page.request.get(code.link)).headers()
  assert.match(headers['cache-control'], /no-store/)
  assert.match(headers['x-robots-tag'], /noindex/)
  assert.equal(headers['referrer-policy'], 'strict-origin')

  await page.getByRole('checkbox', { name: new RegExp(`缴${seed.monthWords(seed.month())}`) }).uncheck({ force: true })
  await page.getByText('已选 2 笔，共 3 笔').waitFor()
  await pay.click()
  await page.waitForURL(/\/h5\//)
  await page.getByText(`¥${(2 * due / 100).toFixed(2)}`).first().waitFor()
  await shot(page, 'paycode-wechat')
  await page.getByRole('button', { name: '立即支付' }).click()
  await page.getByRole('heading', { name: '缴费成功' }).waitFor()
  const [r] = await receipts(1)
  await page.getByText(r.number).waitFor()
  await page.getByText(`还有 ¥${seed.yuan(due)} 未缴`).waitFor()
  await assertAccessible(page)
  await shot(page, 'paycode-paid')
  assert.deepEqual([r.amount, r.pays[0].method, r.cashier_name], [2 * due, 'wechat', '缴费二维码'])
  await page.getByRole('link', { name: '打开收据凭证' }).click()
  await page.getByText('这张收据是真的，有效').waitFor()
  await page.getByText(r.number).waitFor()
  await page.emulateMedia({ media: 'print' })
  await shot(page, 'paycode-receipt-print')
  await page.emulateMedia({ media: 'screen' })
  await page.goBack()
  await page.getByRole('heading', { name: '缴费成功' }).waitFor()
  assert.equal((await cashier.api.get(`/projects/${project}/counter/${room(1)}`)).body.owed, due)
  await page.getByRole('button', { name: '看账单' }).click()
  await pay.click()
  await page.waitForURL(/\/h5\//)
  await page.getByRole('button', { name: '立即支付' }).click()
  await page.getByText('这户已缴清').waitFor()
  await page.getByRole('button', { name: '完成' }).click()
  await page.getByRole('heading', { name: '没有待缴的费用' }).waitFor()
  await shot(page, 'paycode-clear')
  // What was paid is told on the same page, each payment by its receipt.
  await page.getByRole('button', { name: /消息/ }).first().click()
  await page.getByText(`已收到 ${seed.yuan(due)} 元`).waitFor()
  await page.getByText(`已收到 ${seed.yuan(2 * due)} 元`).click()
  await page.getByText(`已收到（微信），收据号 ${r.number}`).waitFor()
  await assertAccessible(page)
  await shot(page, 'paycode-told')
  await p.close()
})

test('[F6] 缴费二维码: the result is confirmed honestly, two windows make one order, what is cancelled is unlocked', async () => {
  const code = await issue(2)
  await fetch(`${street.origin}/faults`, { method: 'POST', body: JSON.stringify({ drop: true, hide: true }) })
  const p = await scan(code.link, { theme: 'dark' })
  await p.page.getByRole('button', { name: '去支付' }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'paycode-bill-dark')
  await p.page.getByRole('button', { name: '去支付' }).click()
  await p.page.waitForURL(/\/h5\//)
  const other = await scan(code.link)
  await other.page.getByText(/有一笔 ¥750\.12 正在付款/).waitFor()
  assert.equal(await other.page.getByRole('button', { name: '去支付' }).isEnabled(), false)
  await shot(other.page, 'paycode-another')
  await p.page.getByRole('button', { name: '立即支付' }).click()
  await p.page.getByText('正在向微信确认').waitFor()
  await p.page.getByText('请先不要再付一次').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'paycode-confirming-dark')
  assert.equal((await receipts(2)).length, 0)
  await fetch(`${street.origin}/faults`, { method: 'POST', body: '{}' })
  // The callback is lost; the server asks, and the page learns it by itself.
  await p.page.getByRole('heading', { name: '缴费成功' }).waitFor({ timeout: 60_000 })
  await shot(p.page, 'paycode-paid-dark')
  await until(() => receipts(2), (list) => list.length === 1)
  await p.close()
  await other.close()

  const third = await scan((await issue(3)).link)
  await third.page.getByRole('button', { name: '大字' }).click()
  await third.page.getByRole('button', { name: '去支付' }).waitFor()
  assert.ok(await third.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no sideways scrolling in large type')
  await shot(third.page, 'paycode-large')
  await third.page.getByRole('checkbox').nth(1).click()
  await third.page.getByText(/^已选 \d+ 笔，共 \d+ 笔$/).waitFor()
  const chosen = await third.page.locator('.total').innerText()
  await third.page.getByRole('button', { name: '去支付' }).click()
  await third.page.waitForURL(/\/h5\//)
  await third.page.getByRole('button', { name: '取消' }).click()
  await third.page.getByText('正在向微信确认').waitFor()
  // A browser at 200 % is half as wide: nothing sticks out, and nothing is drawn over the buttons.
  await third.page.setViewportSize({ width: 195, height: 640 })
  assert.ok(await third.page.evaluate(() => document.documentElement.scrollWidth <= 195), 'no sideways scrolling at 200 %')
  const bare = await third.page.evaluate(() => {
    for (let y = 0; y <= document.documentElement.scrollHeight; y += 4) {
      scrollTo(0, y)
      const { left, top } = document.querySelector('.foot').getBoundingClientRect()
      if (!document.elementFromPoint(left + 36, top + 4).closest('.foot')) return false
    }
    return true
  })
  assert.ok(bare, 'the steps shine through the buttons')
  await third.page.setViewportSize(PHONE)
  await third.page.getByRole('button', { name: '不付了，取消这笔' }).click()
  await third.page.getByRole('heading', { name: '这笔没有付款' }).waitFor()
  await third.page.getByRole('button', { name: '重新缴' }).click()
  await third.page.getByRole('button', { name: '去支付' }).waitFor()
  assert.equal(await third.page.locator('.total').innerText(), chosen, 'the months that were chosen are still chosen')
  await third.close()
})

test('[F6] 缴费二维码: renewed or ended paper opens nothing and says whom to ask; inside WeChat and offline the page says what to do', async () => {
  const old = await issue(4)
  const fresh = await issue(4)
  const p = await scan(old.link)
  p.expect(/404/)
  await p.page.getByText('认不出这张缴费码').waitFor()
  await p.page.getByText('请向物业服务中心').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'paycode-gone')
  await p.close()

  const inside = await browser.page({ origin: linli.origin, size: PHONE })
  await inside.context.addInitScript(() => Object.defineProperty(navigator, 'userAgent', { get: () => 'Mozilla/5.0 (iPhone) MicroMessenger/8.0' }))
  await inside.page.goto(fresh.link)
  await inside.page.getByText('在浏览器打开').waitFor()
  await inside.page.getByRole('button', { name: '出付款码，用另一部手机微信扫' }).click()
  await inside.page.getByRole('img', { name: /微信付款二维码/ }).waitFor()
  await assertAccessible(inside.page)
  await shot(inside.page, 'paycode-inside')
  await inside.page.getByRole('button', { name: '不付了，取消这笔' }).click()
  await inside.page.getByRole('heading', { name: '这笔没有付款' }).waitFor()
  await inside.page.getByRole('button', { name: '重新缴' }).click()
  await inside.page.getByText(seed.yuan(3 * due)).first().waitFor()
  inside.expect(/ERR_INTERNET_DISCONNECTED|Failed to load resource/)
  await inside.context.setOffline(true)
  await inside.page.evaluate(() => window.dispatchEvent(new Event('online')))
  await inside.page.getByText(/没有网络，显示的是/).waitFor()
  await shot(inside.page, 'paycode-offline')
  await inside.context.setOffline(false)
  await inside.page.getByText(/没有网络，显示的是/).waitFor({ state: 'hidden' })
  await inside.close()
})
