// A year that was paid at once and ends early: how much goes back by which
// policy, a second person, the money, and the months taken back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, cashier, manager, project, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [1, 2].map((n) => ({ building: '1', room: `${n}01`, area: 89.3, owner: `住户${'甲乙'[n - 1]}`, phone: `1380571560${n}` })))
  const item = (await boss.post(at('/items'), { name: '物业服务费', basis: 'fixed', cycle: 'year', timing: 'advance', start_month: Number(seed.month().slice(5)), from_date: `${seed.month()}-01` })).body.id
  await boss.post(at(`/items/${item}/rates`), { from_date: `${seed.month()}-01`, price: 250600000, source_kind: 'filing', source_text: '杭价备〔2026〕118 号' })
  await boss.post(at(`/items/${item}/assignments`), { scope: 'project', from_date: `${seed.month()}-01` })
  manager = await seed.staff(boss, linli.origin, 'qianmin', '钱敏', 'manager', project)
  const asked = (await boss.post(at(`/items/${item}/discounts`), { scope: 'project', kind: 'ahead', keep: 9800, months: 12, from_date: `${seed.month()}-01`, reason: '一次缴全年' })).body
  await manager.api.post(at(`/discounts/${asked.id}/approve`), { version: asked.version })
  await seed.released(boss, project)
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
const room = (n) => rooms[`1栋1单元${n}01`]

test('[F12] a year paid at a discount ends after five months: 1,694.06 goes back by the full price, or 1,719.12 by share', async () => {
  const paid = (await cashier.api.post(at('/receipts'), { room_id: room(1), expected_owed: 294706, pays: [{ method: 'cash', amount: 294706 }] })).body
  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  await p.page.goto(`/p/${project}/households/${room(1)}`)
  await p.page.getByRole('button', { name: '提前终止退费' }).click()
  const drawer = p.page.getByRole('dialog')
  await drawer.getByLabel('服务到哪个月').selectOption(seed.month(4))
  await drawer.getByText('退 2,947.06 − 1,253.00 = 1,694.06 元').waitFor()
  await drawer.getByRole('radio', { name: '没服务的按比例' }).click()
  await drawer.getByText(/2,947\.06 × 7 ÷ 12 = 1,719\.12 元/).waitFor()
  await drawer.getByRole('radio', { name: '已服务的按原价' }).click()
  await drawer.getByRole('button', { name: /^申请退/ }).click()
  await drawer.getByText('请写明原因，至少 2 个字').waitFor()
  await drawer.getByLabel('为什么提前终止').fill('房屋已出售')
  await drawer.getByLabel('依据').fill('过户证明 2026-118')
  await p.settled()
  await shot(p.page, 'termination-form')
  await drawer.getByRole('button', { name: /^申请退 ¥1,694\.06/ }).click()
  await p.page.getByText(/已提出：1栋1单元101退 ¥1,694\.06/).waitFor()
  const [asked] = (await cashier.api.get(at('/terminations?state=asked'))).body.items
  await cashier.api.post(at(`/terminations/${asked.id}/decision`), { approve: true, version: asked.version }, { status: 403 })

  const m = await seed.pageOf(browser, linli.origin, manager.api)
  await m.page.goto(`/p/${project}/terminations`)
  await m.page.getByRole('button', { name: '批准' }).click()
  const dialog = m.page.getByRole('dialog')
  await dialog.getByText('已服务的 5 个月按原价 1,253.00 元').waitFor()
  await shot(m.page, 'termination-approve')
  await dialog.getByRole('button', { name: /^批准退费 ¥[\d,]+\.\d\d$/ }).click()
  await m.page.getByText(/已批准，单号 TF\d{4}-000001/).waitFor()
  await m.close()

  await p.page.goto(`/p/${project}/terminations?state=approved`)
  await p.page.getByRole('link', { name: '去付出' }).click()
  await p.page.getByRole('button', { name: '付出' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: '付出' }).click()
  await p.page.getByText(/已付出，红字收据 SJ\d{4}-000002/).waitFor()
  const [done] = (await cashier.api.get(at('/terminations?state=done'))).body.items
  assert.deepEqual([done.paid, done.refund, done.used], [294706, 169406, 5])
  const red = (await cashier.api.get(at(`/receipts?room_id=${room(1)}`))).body.items[0]
  assert.deepEqual([red.red_of, red.amount, red.lines.length], [paid.id, -169406, 8])
  assert.equal((await cashier.api.get(at(`/counter/${room(1)}`))).body.owed, 0)
  const docs = (await boss.get(at(`/adjustments?room_id=${room(1)}`))).body.items
  assert.deepEqual(docs.map((d) => d.number.slice(0, 2)).sort(), ['DS', ...Array(7).fill('YH')])
  assert.deepEqual((await boss.get(at(`/rooms/${room(1)}/paid-periods`))).body.items.map((x) => [x.until, x.months.length]), [[seed.month(4), 5]])
  await p.close()
})
