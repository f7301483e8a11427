// What is done about money that is late: calls with what came of them, letters
// delivered, late fees given up by two people.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, street, phones, smtp, browser, boss, manager, accountant, project, rooms, late

before(async () => {
  phones = await startLinli({ args: ['sim', 'tencent', '--addr', '127.0.0.1:0'] })
  linli = await startLinli({ env: { LINLI_TENCENT_SMS: phones.origin } })
  street = await startLinli({ args: ['sim', 'mail', '--addr', '127.0.0.1:0', '--page', '127.0.0.1:0'] })
  smtp = /邮件服务器 (\S+?)，/.exec(street.log())[1]
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [
    { building: '1', room: '101', area: 100, owner: '陈建国', phone: '13805715678' },
    { building: '1', room: '502', area: 80, owner: '王秀英', phone: '13905711234' },
  ])
  const fee = await seed.fee(boss, project, { name: '物业服务费', price: 3 })
  await boss.post(at(`/items/${fee}/late-terms`), { from_date: `${seed.month(-6)}-01`, daily: 50_000, grace: 'from_due', cap: 'principal', source: '物业服务合同第十二条' })
  await seed.released(boss, project, seed.month(-2))
  const setting = (await boss.get(at('/dunning/setting'))).body
  await boss.put(at('/dunning/setting'), { ...setting, contact: '翠湖花园服务中心 0571-85712345' })
  manager = await seed.staff(boss, linli.origin, 'chenliqun', '陈立群', 'manager', project)
  accountant = await seed.staff(boss, linli.origin, 'sunmin', '孙敏', 'accountant', project)
  late = Object.fromEntries((await boss.get(at('/dunning/arrears'))).body.items.map((a) => [a.room_label, a]))
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  await street?.stop()
  await phones?.stop()
})

const at = (path) => `/projects/${project}${path}`
const day = (n) => new Date(Date.parse(seed.today()) + n * 86_400_000).toISOString().slice(0, 10)

async function open(who, path, options) {
  const p = await seed.pageOf(browser, linli.origin, who.api, options)
  await p.page.goto(`/p/${project}${path}`)
  return p
}

test('[F8] a call and the promise that came of it are recorded and stand in the list and on the household page', async () => {
  const p = await open(accountant, '/dunning')
  const row = p.page.getByRole('row', { name: /1栋1单元101/ })
  await row.getByRole('button', { name: '登记联系' }).click()
  const form = p.page.getByRole('dialog', { name: '登记联系：1栋1单元101' })
  await form.getByText('没有联系过').waitFor()
  await form.getByRole('button', { name: /^登记/ }).click()
  await form.getByText('请填答应哪天缴').waitFor()
  await form.getByLabel('答应哪天缴').fill(day(5))
  await form.getByLabel('答应哪天缴').press('Tab')
  await form.getByLabel('答应缴多少').fill('200')
  await form.getByLabel('说明').fill('月底发工资后缴')
  await assertAccessible(p.page)
  await shot(p.page, 'contact')
  await form.getByRole('button', { name: /^登记/ }).click()
  await form.waitFor({ state: 'hidden' })
  await row.getByText(`答应 ${day(5)} 缴 200.00`).waitFor()
  const [event] = (await boss.get(at(`/dunning/rooms/${rooms['1栋1单元101']}/contacts`))).body.items
  assert.deepEqual([event.kind, event.result, event.promise_date, event.promise_amount, event.by], ['call', 'promised', day(5), 20_000, '孙敏'])
  await row.getByRole('link', { name: '1栋1单元101' }).click()
  await p.page.getByText(`承诺缴费，答应 ${day(5)} 缴 200.00 元`).waitFor()
  await shot(p.page, 'household-dunning')
  await p.close()
})

test('[F8] letters are listed with their state, delivered with proof and printed again', async () => {
  const [letter] = (await boss.post(at('/dunning/letters'), { room_ids: [rooms['1栋1单元502']], kind: 'remind' })).body.items
  const p = await open(accountant, '/dunning')
  await p.page.getByRole('link', { name: '催缴单', exact: true }).click()
  const row = p.page.getByRole('row', { name: new RegExp(letter.number) })
  await row.getByText('待送达').waitFor()
  await row.getByRole('button', { name: '打印', exact: true }).click()
  await p.page.getByText('1 张催缴单已交给浏览器打印').waitFor()
  await row.getByText('1 次', { exact: true }).waitFor()
  await row.getByRole('button', { name: '登记送达' }).click()
  const form = p.page.getByRole('dialog', { name: `登记送达：${letter.number}` })
  await form.getByLabel('怎么送到的').selectOption({ label: '挂号信' })
  await form.getByRole('button', { name: '登记送达' }).click()
  await form.getByText('请填照片编号或挂号单号').waitFor()
  await form.getByLabel('照片编号或挂号单号').fill('XA 1234 5678 9 CN')
  await assertAccessible(p.page)
  await shot(p.page, 'letter-delivery')
  await form.getByRole('button', { name: '登记送达' }).click()
  await p.page.getByText('没有等送达的催缴单').waitFor()
  await p.page.getByRole('link', { name: '全部', exact: true }).click()
  await row.getByText(`${seed.today()} 送达`).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'letters')
  const stored = (await boss.get(at(`/dunning/letters/${letter.id}`))).body
  assert.deepEqual([stored.delivered, stored.prints], [seed.today(), 1])
  await p.close()
})

test('[F8] a late fee is given up by one who asks and another who approves, with a number', async () => {
  const due = late['1栋1单元502'].late_fee
  const p = await open(accountant, '/waivers')
  await p.page.getByRole('button', { name: '申请减免' }).click()
  const form = p.page.getByRole('dialog', { name: '申请减免违约金' })
  await form.getByLabel('房屋').click()
  await form.getByLabel('房屋').fill('502')
  await p.page.getByRole('option', { name: /1栋1单元502/ }).click()
  await form.getByText(`选中 1 笔，共 ${seed.yuan(due)} 元`).waitFor()
  await form.getByLabel('原因').fill('缴费时系统停机')
  await form.getByLabel('依据或证明').fill('协商纪要 2026-018 号')
  await assertAccessible(p.page)
  await shot(p.page, 'waiver-form')
  await form.getByRole('button', { name: /提交，等同事批准/ }).click()
  await form.waitFor({ state: 'hidden' })
  await p.page.getByRole('row', { name: /1栋1单元502.*缴费时系统停机.*孙敏.*待批准/ }).waitFor()
  await p.close()

  const q = await open(manager, '/waivers', { theme: 'dark' })
  const row = q.page.getByRole('row', { name: /1栋1单元502/ })
  const inMenu = q.page.getByTitle(/^减免，/)
  await inMenu.waitFor()
  await row.getByRole('button', { name: '批准' }).click()
  const sure = q.page.getByRole('dialog', { name: /批准减免1栋1单元502/ })
  await shot(q.page, 'waiver-approve-dark')
  await sure.getByRole('button', { name: '批准' }).click()
  await q.page.getByText('没有待批准的减免').waitFor()
  await inMenu.waitFor({ state: 'detached' })
  await q.page.getByRole('link', { name: '已批准', exact: true }).click()
  await q.page.getByRole('row', { name: new RegExp(`JM${seed.today().slice(0, 4)}-000001`) }).waitFor()
  await assertAccessible(q.page)
  await shot(q.page, 'waivers-dark')
  await eventually(async () => {
    const [fee] = (await boss.get(at(`/rooms/${rooms['1栋1单元502']}/late-fees`))).body.items
    assert.deepEqual([fee.waived, fee.left], [due, 0])
  })
  await q.close()
})

test('[F5] [F8] a released run is pushed by mail with the right amount, a reminder follows after the due day, and both are listed', async () => {
  // Any hour will do for this test.
  const hours = (await boss.get(at('/notify/setting'))).body
  await boss.put(at('/notify/setting'), { ...hours, quiet_from: 0, quiet_until: 0 })
  const days = (await boss.get(at('/dunning/schedule'))).body
  await boss.put(at('/dunning/schedule'), { ...days, steps: [] })
  const person = (await boss.get(at('/people?q=陈建国'))).body.items[0]
  await boss.patch(at(`/people/${person.id}`), { version: person.version, email: 'chen@example.com' })

  const p = await open(manager, '/messages/setting')
  const card = p.page.locator('section', { has: p.page.getByRole('heading', { name: '邮箱账户' }) })
  await card.getByLabel('邮件服务器').fill(smtp)
  await card.getByLabel('发件地址').fill('翠湖物业 <zd@cuihu.example>')
  await card.getByRole('button', { name: '保存' }).click()
  await card.getByText('已保存').waitFor()
  await p.page.getByRole('button', { name: '预览' }).click()
  await p.page.getByText('应缴 300.00 元').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'notify-setting')

  await seed.released(boss, project, seed.month(-1))
  const inbox = async () => (await fetch(`${street.origin}/mails`)).json()
  await eventually(async () => assert.equal((await inbox()).length, 1))
  const [bill] = await inbox()
  assert.deepEqual(bill.to, ['chen@example.com'])
  assert.match(bill.subject, new RegExp(`翠湖花园 ${seed.month(-1)}账单：300.00 元`))
  assert.match(bill.body, /陈建国：[\s\S]*1栋1单元101[\s\S]*应缴 300\.00 元[\s\S]*0571-85712345/)

  const over = Math.round((Date.parse(seed.today()) - Date.parse(late['1栋1单元101'].oldest_due)) / 86_400_000)
  const rules = p.page.locator('section', { has: p.page.getByRole('heading', { name: '账单与提醒' }) })
  await p.page.reload()
  await rules.getByLabel('提醒日').fill(String(over))
  await rules.getByRole('button', { name: '保存' }).click()
  await rules.getByText('已保存').waitFor()
  await eventually(async () => assert.equal((await inbox()).length, 2))
  assert.match((await inbox())[1].body, new RegExp(`300\\.00 元费用已过应缴日 ${late['1栋1单元101'].oldest_due} ${over} 天`))

  await p.page.goto(`/p/${project}/messages`)
  await p.page.getByRole('row', { name: /逾期提醒.*1栋1单元101.*陈建国.*已发出/ }).waitFor()
  const row = p.page.getByRole('row', { name: /账单.*1栋1单元101.*c\*\*\*@example\.com.*已发出/ })
  await row.waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'messages', { keep: 'guide/pages/messages' })
  await row.getByRole('button', { name: '查看' }).click()
  const one = p.page.getByRole('dialog', { name: '账单：陈建国' })
  await one.getByText('已交给邮件服务商').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'message')
  await one.getByRole('button', { name: /重发/ }).click()
  await eventually(async () => assert.equal((await inbox()).length, 3))
  await p.close()

  const dark = await open(manager, '/messages/setting', { theme: 'dark' })
  await dark.page.getByRole('heading', { name: '邮箱账户' }).waitFor()
  await dark.settled()
  await assertAccessible(dark.page)
  await shot(dark.page, 'notify-setting-dark')
  await dark.close()
})

test('[F5] Tencent Cloud carries SMS: the account, the approved template, which of the two goes first, and a message to try it', async () => {
  const p = await open(manager, '/messages/setting')
  p.expect(/422/) // the SDK AppID left out
  const section = (name) => p.page.locator('section', { has: p.page.getByRole('heading', { name }) })
  const card = section('短信账户（腾讯云）')
  await card.getByLabel('SecretId').fill('AKIDrehearsal')
  await card.locator('input[type=password]').fill('rehearsal-secret')
  await card.getByLabel('短信签名').fill('邻里物业')
  await card.getByRole('button', { name: '保存' }).click()
  await card.getByText('请填短信应用的 SDK AppID').waitFor()
  await card.getByLabel('SDK AppID').fill('1400006666')
  await card.getByRole('button', { name: '保存' }).click()
  await card.getByText('已保存').waitFor()

  const texts = section('消息模板')
  await texts.getByRole('radio', { name: '短信' }).click()
  await texts.getByText('腾讯云的模板按先后写成：{1} {2} 的账单已出，应缴 {3} 元').waitFor()
  await texts.getByLabel('腾讯云模板 ID').fill('2100001')
  await texts.getByRole('button', { name: '保存' }).click()
  await texts.getByText('已保存').waitFor()
  const rules = section('账单与提醒')
  await rules.getByRole('radio', { name: '腾讯云' }).click()
  await rules.getByRole('button', { name: '保存' }).click()
  await rules.getByText('已保存').waitFor()
  assert.equal((await boss.get(at('/notify/setting'))).body.sms_first, 'tencent')

  await card.getByLabel('试发到').fill('13905711234')
  await card.getByRole('button', { name: '试发' }).click()
  await card.getByText('已放入待发').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'notify-setting-sms')
  await eventually(async () => {
    const [sms] = await (await fetch(`${phones.origin}/messages`)).json()
    assert.deepEqual([sms?.phone, sms?.template], ['+8613905711234', '2100001'])
    assert.match(sms.text, /^【邻里物业】1栋1单元101 2026-11 的账单已出，应缴 300\.00 元/)
  })
  await p.page.goto(`/p/${project}/messages`)
  const row = p.page.getByRole('row', { name: /试发.*短信.*139\*\*\*\*1234.*已(发出|送达)/ })
  await row.waitFor()
  await row.getByRole('button', { name: '查看' }).click()
  await p.page.getByText('已交给腾讯云短信服务商').waitFor()
  await p.close()
})
