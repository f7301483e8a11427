// Messages on the page of a resident's own pay code: laid there by the release
// of a run, read on a telephone, seen as read on the console; SMS follows what
// nobody opens.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PHONE, assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let phones, linli, browser, boss, manager, clerk, project, rooms

before(async () => {
  phones = await startLinli({ args: ['sim', 'tencent', '--addr', '127.0.0.1:0'] })
  linli = await startLinli({ env: { LINLI_TENCENT_SMS: phones.origin } })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, ['陈建国', '王秀英', '李明华'].map((owner, n) => ({ building: '1', room: `10${n + 1}`, area: 100, owner, phone: `1380571567${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', price: 3 })
  const hours = (await boss.get(at('/notify/setting'))).body
  await boss.put(at('/notify/setting'), { ...hours, quiet_from: 0, quiet_until: 0, sms_first: 'tencent' })
  await boss.put(at('/notify/accounts/tencent'), { app: '1400006666', login: 'AKIDrehearsal', secret: 'rehearsal-secret', sender: '邻里物业', active: true, version: 0 })
  const texts = (await boss.get(at('/notify/templates'))).body.items.filter((x) => x.channel === 'sms')
  const codes = { bill: '2100001', before: '2100002', due: '2100003', after: '2100004' }
  for (const x of texts) await boss.put(at(`/notify/templates/${x.kind}/sms`), { body: x.body, code_tencent: codes[x.kind], version: x.version })
  manager = await seed.staff(boss, linli.origin, 'chenliqun', '陈立群', 'manager', project)
  clerk = await seed.staff(boss, linli.origin, 'sunmin', '孙敏', 'accountant', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  await phones?.stop()
})

const at = (path) => `/projects/${project}${path}`
const room = (n) => rooms[`1栋1单元10${n}`]
const code = async (n) => (await boss.post(at(`/rooms/${room(n)}/paycode`))).body
const sent = async () => (await fetch(`${phones.origin}/messages`)).json()
/** The page of a code on somebody's telephone; whatever address the paper carries, it is asked of this server. */
async function scan(link, options = {}) {
  const p = await browser.page({ origin: linli.origin, size: PHONE, ...options })
  await p.page.goto(`${linli.origin}${new URL(link).pathname}`)
  return p
}

test('[F5] [F8] messages on the page of the pay code 站内消息: chosen on the console, laid by the release of a run, read on the telephone, 已读 on the console', async () => {
  const p = await seed.pageOf(browser, linli.origin, manager.api)
  await p.page.goto(`/p/${project}/messages/setting`)
  const rules = p.page.locator('section', { has: p.page.getByRole('heading', { name: '账单与提醒' }) })
  await rules.getByLabel('提醒日').fill('')
  await rules.getByRole('radio', { name: '先发站内消息' }).click()
  await rules.getByLabel('几小时没打开改发短信或邮件').fill('200')
  await rules.getByRole('button', { name: '保存' }).click()
  await rules.getByText('1–168', { exact: true }).waitFor()
  await rules.getByLabel('几小时没打开改发短信或邮件').fill('12')
  await rules.getByRole('button', { name: '保存' }).click()
  await rules.getByText('已保存').waitFor()
  const texts = p.page.locator('section', { has: p.page.getByRole('heading', { name: '消息模板' }) })
  await texts.getByRole('radio', { name: '站内消息' }).click()
  await texts.getByLabel('正文').fill('{姓名}：您{房屋} {账期} 的账单已出，应缴 {金额} 元，请在 {应缴日} 前缴纳。对金额有疑问，请联系{联系}。')
  await texts.getByRole('button', { name: '预览' }).click()
  await texts.getByText('陈**：您1栋1单元101').waitFor()
  await texts.getByRole('button', { name: '保存' }).click()
  await texts.getByText('已保存').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'inbox-setting')

  const [mine, other] = [await code(1), await code(2)]
  const early = await scan(mine.link)
  await early.page.getByRole('button', { name: /^消息.*没有未读/ }).click()
  await early.page.getByRole('heading', { name: '还没有消息' }).waitFor()
  await assertAccessible(early.page)
  await shot(early.page, 'inbox-empty')
  await early.close()

  await seed.released(boss, project, seed.month())
  // Who has no code is told by SMS at once, the others not yet.
  await eventually(async () => assert.deepEqual((await sent()).map((m) => m.phone), ['+8613805715672']))

  const phone = await scan(mine.link)
  await phone.page.getByRole('button', { name: /^消息.*1 条未读/ }).waitFor()
  await assertAccessible(phone.page)
  await shot(phone.page, 'inbox-bill', { keep: 'guide/pages/pay-messages' })
  await phone.page.getByRole('button', { name: /^消息.*1 条未读/ }).click()
  const line = phone.page.getByRole('button', { name: new RegExp(`${seed.month()} 的账单：300\\.00 元.*未读`) })
  await line.waitFor()
  await assertAccessible(phone.page)
  await shot(phone.page, 'inbox-list')
  await line.click()
  await phone.page.getByText(`陈**：您1栋1单元101 ${seed.month()} 的账单已出，应缴 300.00 元`).waitFor()
  await assertAccessible(phone.page)
  await shot(phone.page, 'inbox-one')
  for (const secret of ['陈建国', '建国', '13805715670']) assert.ok(!(await phone.page.content()).includes(secret), secret)
  await phone.page.getByRole('button', { name: '大字' }).click()
  assert.ok(await phone.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no sideways scrolling in large type')
  await shot(phone.page, 'inbox-one-large')
  await phone.page.goBack()
  await phone.page.getByRole('button', { name: /的账单.*已读/ }).waitFor()
  await phone.page.goForward()
  await phone.page.getByRole('button', { name: '看账单' }).click()
  await phone.page.getByText('待缴合计').waitFor()
  await phone.page.getByRole('button', { name: /^消息.*没有未读/ }).waitFor()
  await phone.close()

  const dark = await scan(other.link, { theme: 'dark' })
  await dark.page.getByRole('button', { name: /^消息.*1 条未读/ }).click()
  await dark.page.getByRole('button', { name: /的账单.*未读/ }).waitFor()
  assert.ok(!(await dark.page.locator('#app').innerText()).includes('101'))
  await assertAccessible(dark.page)
  await shot(dark.page, 'inbox-list-dark')
  await dark.close()

  await p.page.goto(`/p/${project}/messages`)
  await p.page.getByRole('row', { name: /账单.*1栋1单元101.*陈建国.*站内消息.*已读.*今天/ }).waitFor()
  await p.page.getByRole('row', { name: /账单.*1栋1单元102.*王秀英.*站内消息.*未读/ }).waitFor()
  await p.page.getByRole('row', { name: /账单.*1栋1单元103.*李明华.*短信/ }).waitFor()
  await p.page.getByLabel('渠道').selectOption({ label: '站内消息' })
  await p.page.getByRole('row', { name: /1栋1单元103/ }).waitFor({ state: 'hidden' })
  await assertAccessible(p.page)
  await shot(p.page, 'inbox-console')
  await p.page.getByRole('link', { name: '1栋1单元101' }).click()
  await p.page.getByText('站内消息：账单').waitFor()
  await p.page.getByText(/已读，.*在缴费页面打开/).waitFor()
  await p.close()
})

test('[F5] [F8] what nobody opens on the page of the pay code goes by SMS: after the hours, or at once when the clerk does not want to wait', async () => {
  const p = await seed.pageOf(browser, linli.origin, clerk.api, { theme: 'dark' })
  await p.page.goto(`/p/${project}/messages`)
  const row = p.page.getByRole('row', { name: /1栋1单元102/ })
  await row.getByRole('button', { name: '查看' }).click()
  const one = p.page.getByRole('dialog', { name: '账单：王秀英' })
  await one.getByText(/还没有打开就改发短信/).waitFor()
  await one.getByText('已放到缴费页面').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'inbox-message-dark')
  assert.ok(!(await sent()).some((m) => m.phone === '+8613805715671'))
  await one.getByRole('button', { name: /不等了，改发短信/ }).click()
  await eventually(async () => {
    const sms = (await sent()).find((m) => m.phone === '+8613805715671')
    assert.match(sms?.text ?? '', /^【邻里物业】1栋1单元102 .*应缴 300\.00 元/)
  })
  await one.getByText('没有等住户打开，由孙敏改发').first().waitFor()
  await one.getByText(/短信.*已(发出|送达)/).first().waitFor()
  // It still lies on the page; who reads it there is noted beside the SMS.
  const phone = await scan((await boss.get(at(`/rooms/${room(2)}/paycode`))).body.link)
  await phone.page.getByRole('button', { name: /^消息.*1 条未读/ }).click()
  await phone.page.getByRole('button', { name: /的账单.*未读/ }).click()
  await phone.page.getByText(/应缴 300\.00 元/).waitFor()
  await phone.close()
  await one.getByText('住户在缴费页面打开了').waitFor()
  await p.close()
})

test('[F5] a payment and that its receipt is void are told on the page of the pay code 作废和退款通知', async () => {
  const cashier = await seed.staff(boss, linli.origin, 'zhaomin', '赵敏', 'cashier', project)
  const { link } = await code(3)
  const receipt = (await cashier.api.post(at('/receipts'), { room_id: room(3), expected_owed: 30000, pays: [{ method: 'cash', amount: 30000 }] })).body
  await cashier.api.post(at(`/receipts/${receipt.id}/void`), { reason: '收错' })
  const phone = await scan(link)
  await phone.page.getByRole('button', { name: /^消息.*2 条未读/ }).click()
  await phone.page.getByText('已收到 300.00 元').waitFor()
  const line = phone.page.getByRole('button', { name: new RegExp(`收据 ${receipt.number} 已作废：300\\.00 元`) })
  await assertAccessible(phone.page)
  await shot(phone.page, 'inbox-void-list')
  await line.click()
  await phone.page.getByText(`您1栋1单元103的收据 ${receipt.number} 已作废，300.00 元不再算已收。还要缴多少，看账单。`).waitFor()
  await assertAccessible(phone.page)
  await shot(phone.page, 'inbox-void')
  await phone.page.getByRole('button', { name: '看账单' }).click()
  await phone.page.getByText('待缴合计').waitFor()
  await phone.close()
  const p = await seed.pageOf(browser, linli.origin, clerk.api)
  await p.page.goto(`/p/${project}/messages`)
  await p.page.getByLabel('种类').selectOption({ label: '作废和退款通知' })
  await p.page.getByRole('row', { name: /作废和退款通知.*1栋1单元103.*李明华.*站内消息.*已读/ }).waitFor()
  await p.close()
})

test('[F5] [F12] prepaid money that is paid out is told on the page of the pay code 退预存通知', async () => {
  const cashier = await seed.staff(boss, linli.origin, 'qianwei', '钱卫', 'cashier', project)
  const { link } = await code(1)
  const seat = (await cashier.api.get(at(`/counter/${room(1)}`))).body
  await cashier.api.post(at('/receipts'), { room_id: room(1), expected_owed: seat.owed, confirmed: true, pays: [{ method: 'cash', amount: seat.owed + 8000 }] })
  const asked = (await boss.post(at('/refunds'), { kind: 'prepaid', room_id: room(1), amount: 3000, method: 'transfer', account: '工行 尾号 4417', reason: '多存' })).body
  const ready = (await manager.api.post(at(`/refunds/${asked.id}/decision`), { approve: true, version: asked.version })).body
  await boss.post(at(`/refunds/${asked.id}/pay`), { version: ready.version })
  const [red] = (await boss.get(at(`/receipts?room_id=${room(1)}&limit=1`))).body.items
  const phone = await scan(link)
  await phone.page.getByRole('button', { name: /^消息/ }).click()
  await phone.page.getByRole('button', { name: /预存已退还 30\.00 元.*未读/ }).click()
  await phone.page.getByText(`您1栋1单元101的预存已退还 30.00 元（转账），红字收据号 ${red.number}。`).waitFor()
  await assertAccessible(phone.page)
  await shot(phone.page, 'inbox-returned')
  await phone.close()
  const p = await seed.pageOf(browser, linli.origin, clerk.api)
  await p.page.goto(`/p/${project}/messages`)
  await p.page.getByLabel('种类').selectOption({ label: '退预存通知' })
  await p.page.getByRole('row', { name: /退预存通知.*1栋1单元101.*陈建国.*站内消息.*已读/ }).waitFor()
  await p.close()
})
