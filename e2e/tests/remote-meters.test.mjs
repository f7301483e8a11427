// Remote meters: a platform is joined, tried, and listened to; what its meters
// said last becomes readings by the rules of those that people type.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let street, linli, browser, boss, clerk, project, rooms

const at = (path) => `/projects/${project}${path}`
const order = (path, body) => fetch(`${street.origin}${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) })
const broker = () => /平台地址 (\S+)/.exec(street.log())[1]

before(async () => {
  street = await startLinli({ args: ['sim', 'mqtt', '--addr', '127.0.0.1:0', '--page', '127.0.0.1:0', '--every', '0', 'W101=12.5', 'W102=3', 'W999=77'] })
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, ['101', '102', '103'].map((room, n) => ({ building: '1', room, area: 89.5, owner: `住户${'甲乙丙'[n]}`, phone: `1380571570${n}` })))
  for (const [room, start] of [['101', 0], ['102', 50_000], ['103', 0]]) {
    await boss.post(at('/meters'), { room_id: rooms[`1栋1单元${room}`], kind: 'water', number: `W${room}`, digits: 5, start, installed: `${seed.month(-1)}-01` })
  }
  clerk = await seed.staff(boss, linli.origin, 'sunmin', '孙敏', 'accountant', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  await street?.stop()
})

test('[F2] a platform of remote meters is tried, joined, and what its meters say is taken over as readings', async () => {
  const p = await seed.pageOf(browser, linli.origin, clerk.api)
  p.expect(/409 \(Conflict\).*meter-platform|422 \(Unprocessable.*meter-platform|400 \(Bad.*meter-platform/)
  await p.page.goto(`/p/${project}/readings`)
  await p.page.getByRole('link', { name: '远传接入' }).click()
  await p.page.getByRole('heading', { name: '采集平台' }).waitFor()
  await p.page.getByLabel('平台地址').fill(broker().replace('tcp://', 'mqtt://'))
  await p.page.getByLabel('账号').fill('rehearsal')
  await p.page.getByRole('textbox', { name: '密码' }).fill('wrong')
  await p.page.getByRole('button', { name: '试连' }).click()
  await p.page.getByText(/写成 tcp:\/\/主机:端口/).waitFor()
  await p.page.getByLabel('平台地址').fill(broker())
  await p.page.getByRole('button', { name: '试连' }).click()
  await p.page.getByText('平台不认这个账号或密码').waitFor()
  await p.page.getByRole('textbox', { name: '密码' }).fill('rehearsal-meter-password')
  const heard = p.page.getByText(/连上了，5 秒里听到 \d+ 条消息。/).waitFor()
  await p.page.getByRole('button', { name: '试连' }).click()
  await eventually(async () => assert.ok((await (await fetch(`${street.origin}/meters`)).json()).listeners.some((name) => name.endsWith('-try')), 'the try listens'))
  await order('/rounds')
  await order('/messages?meter=W101', { meter: 'W101', value: '看不清', time: `${seed.today()} 08:00:00` })
  await heard
  await p.page.getByText(/^表 W101：12\.5（/).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'remote-try')
  await p.page.getByLabel('每月几号自动抄表').selectOption('25 号')
  await p.page.getByRole('button', { name: '保存' }).click()
  await p.page.getByText('已连接').waitFor()
  assert.equal((await boss.get(at('/meter-platform'))).body.secret, undefined)

  await order('/rounds')
  await order('/messages?meter=W101', { meter: 'W101', value: '看不清', time: `${seed.today()} 08:00:00` })
  await p.page.getByRole('row', { name: /W999.*77/ }).waitFor()
  await p.page.getByRole('row', { name: /读数不是数字：看不清/ }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'remote', { keep: 'guide/pages/remote-meters' })
  // Cut off, it comes back by itself, and what was said meanwhile is not lost.
  await order('/drops')
  await order('/messages?meter=W101', { meter: 'W101', value: 14.25, time: new Date().toISOString() })
  await eventually(async () => assert.equal((await boss.get(at(`/remote-readings?kind=water&month=${seed.month()}`))).body.items[0].sample?.value, 142_500))

  await p.page.goto(`/p/${project}/readings`)
  await p.page.getByRole('button', { name: '用远传读数' }).click()
  const drawer = p.page.getByRole('dialog', { name: `用远传读数抄水表 ${seed.month()}` })
  await drawer.getByText('能抄 1 块；2 块抄不了').waitFor()
  await drawer.getByRole('row', { name: /1栋1单元101.*14\.25.*能抄/ }).waitFor()
  await drawer.getByRole('row', { name: /1栋1单元102.*不能抄.*本期读数 3\.00\d 小于上期 5/ }).waitFor()
  await drawer.getByRole('row', { name: /1栋1单元103.*没有读数.*平台没有上报过这个表号/ }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'remote-take')
  await drawer.getByRole('button', { name: '抄上 1 块' }).click()
  await drawer.getByText('已抄上 1 块。').waitFor()
  await drawer.getByRole('row', { name: /1栋1单元101.*本期已抄/ }).waitFor()
  await p.page.keyboard.press('Escape')
  await p.page.getByText('水表 3 块，已抄 1 块').waitFor()
  await p.page.getByRole('row', { name: /1栋1单元101.*14\.25.*远传/ }).waitFor()
  await eventually(async () => assert.equal(await p.page.getByRole('textbox', { name: '1栋1单元101本期读数' }).inputValue(), '14.25'))
  await shot(p.page, 'remote-readings')
  await p.page.getByRole('link', { name: '1栋1单元101' }).click()
  await p.page.getByRole('row', { name: /远传/ }).waitFor()
  await p.close()
})

test('[F2] the page of a platform is dark at night, and who may not manage meters reads no access', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss, { theme: 'dark' })
  await p.page.goto(`/p/${project}/meter-platform`)
  await p.page.getByText('已连接').waitFor()
  await p.settled()
  await assertAccessible(p.page)
  await shot(p.page, 'remote-dark')
  await p.close()
  const cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  const q = await seed.pageOf(browser, linli.origin, cashier.api)
  await q.page.goto(`/p/${project}/readings`)
  await q.page.getByRole('heading', { name: '抄表', level: 1 }).waitFor()
  await q.settled()
  assert.equal(await q.page.getByRole('link', { name: '远传接入' }).count(), 0)
  await q.close()
})
