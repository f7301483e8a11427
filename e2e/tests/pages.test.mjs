// Every page of the menu as the administrator sees it, on the demo: light and
// dark, on a usual and on a small screen; and the screens that set the standard
// for all others, kept as pictures in docs/design with KEEP=1;
// those the demo fills as pictures for the guides in docs/guide/pages.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESK, assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startDemo } from '../lib/demo.mjs'
import * as seed from '../lib/seed.mjs'

/** Pages of the guides that the demo has something to show on; the tests of the others keep theirs. */
const GUIDE = { 'p-items': 'items', 'p-dunning': 'dunning', 'p-takings': 'takings', 'p-reports': 'reports', 'p-book-months': 'book-months', 'p-imports': 'imports',
  'p-room-states': 'room-states', 'p-settings': 'settings', 'p-audit': 'audit', accounts: 'accounts', security: 'security' }
const SMALL = { width: 1366, height: 768 }
let demo, browser, who, project, owing

before(async () => {
  demo = await startDemo()
  ;({ who, project } = demo)
  browser = await openBrowser()
  owing = (await get('/charges?state=overdue&limit=1')).items[0].room_id
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

const at = (path) => `/projects/${project}${path}`
const get = async (path) => (await who.admin.get(at(path))).body

/** A page whose printer stays quiet. */
async function open(one, options) {
  const p = await seed.pageOf(browser, demo.origin, one, options)
  await p.context.addInitScript(() => { window.print = () => {} })
  return p
}

/** Nothing is cut off: the page itself never scrolls sideways, and no text of the frame or a head stands outside the window. */
async function fits(page) {
  const wide = await page.evaluate(() => ({ page: document.documentElement.scrollWidth, window: innerWidth, high: document.documentElement.scrollHeight, tall: innerHeight }))
  assert.ok(wide.page <= wide.window, `${page.url()} is ${wide.page} px wide in a window of ${wide.window}`)
  assert.ok(wide.high <= wide.tall, `${page.url()} is ${wide.high} px high in a window of ${wide.tall}`)
}

for (const [size, words] of [[DESK, '1440×900'], [SMALL, '1366×768']]) {
  for (const theme of ['light', 'dark']) {
    test(`every page of the menu: ${words}, ${theme}`, async () => {
      const p = await open(who.admin, { size, theme })
      const menu = p.page.getByRole('navigation', { name: '主菜单' })
      const look = async (name) => {
        await p.settled()
        await fits(p.page)
        await assertAccessible(p.page)
        p.calm()
        await shot(p.page, `pages/${size.width}-${theme}-${name}`, size === DESK && theme === 'light' && GUIDE[name] ? { keep: `guide/pages/${GUIDE[name]}` } : {})
      }
      await p.page.goto(`/p/${project}/home`)
      await p.settled()
      const links = await menu.getByRole('link').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute('href')))].filter((href) => href !== '/'))
      assert.ok(links.length >= 14, `the menu has ${links.length} entries`)
      for (const path of links) {
        await menu.locator(`a[href="${path}"]`).first().click()
        await p.page.waitForURL((u) => u.pathname === path)
        await look(path.replace(/^\/p\/\d+/, 'p').replace(/\W+/g, '-').replace(/^-/, ''))
      }
      await p.page.goto(`/p/${project}/households/${owing}`)
      await look('household')
      await p.page.goto(`/p/${project}/counter/${owing}`)
      await look('counter-seat')
      await p.close()
    })
  }
}

for (const theme of ['light', 'dark']) {
  test(`the standard: home, ${theme}`, async () => {
    const p = await open(who.zhoulan, { theme })
    await p.page.goto(`/p/${project}/home`)
    await p.settled()
    await shot(p.page, `home-${theme}`, { keep: `design/home-${theme}` })
    await p.close()
  })
}

test('the standard: the review of a month with causes, what to look at, a held line and a corrected one', async () => {
  const next = seed.month(1)
  const items = (await get('/items')).items.filter((i) => i.state === 'active' && i.rate)
  const fixed = items.find((i) => i.basis === 'fixed')
  await who.qianmin.post(at(`/items/${fixed.id}/rates`), { from_date: `${next}-01`, source_kind: 'vote', source_text: '业主大会〔2026〕3 号', price: fixed.rate.price + 1_500_000 })
  // Months that somebody has paid ahead are in no draft.
  const ahead = new Set((await get(`/charges?from_month=${next}&limit=100`)).items.map((c) => c.room_id))
  const rooms = (await get('/rooms?limit=100')).items.filter((r) => r.id !== owing && !ahead.has(r.id))
  // Two areas were measured again, one far off, and a new room came without its floor.
  for (const [n, add] of [[23, 320], [37, rooms[37].area * 6 / 10 | 0]]) await who.zhoulan.patch(at(`/rooms/${rooms[n].id}`), { area: rooms[n].area + add, version: rooms[n].version })
  const extra = (await who.zhoulan.post(at('/rooms'), { building_id: rooms[5].building_id, unit_id: rooms[5].unit_id, name: '架空层', kind: 'home', area: 6400, state: 'vacant' })).body
  assert.equal(extra.floor, 0)
  const run = await seed.draft(who.qianmin, project, next)
  assert.equal(run.state, 'draft')
  const looks = (await get(`/runs/${run.id}/looks?limit=100`)).items
  assert.equal(looks.filter((l) => l.room_label.includes('架空层')).length, 1, JSON.stringify(looks[0]))
  const lines = (await get(`/runs/${run.id}/lines?limit=50`)).items
  await who.qianmin.post(at(`/runs/${run.id}/lines/${lines[1].id}/hold`), { reason: '等核对面积' })
  await who.qianmin.post(at(`/runs/${run.id}/lines/${lines[2].id}/correct`), { amount: lines[2].amount - 1000, seen_amount: lines[2].amount, reason: '与住户约定' })
  for (const theme of ['light', 'dark']) {
    const p = await open(who.qianmin, { theme })
    await p.page.goto(`/p/${project}/runs/${run.id}`)
    await p.settled()
    await p.page.getByRole('table', { name: '出账明细' }).getByRole('row', { name: new RegExp(rooms[37].label) }).getByRole('button', { name: /展开怎么算的/ }).click()
    await p.settled()
    await fits(p.page)
    await assertAccessible(p.page)
    await shot(p.page, `run-review-${theme}`, { keep: `design/run-review-${theme}` })
    await p.close()
  }
})

/** The household of the drawings: two rooms, three months, some of it paid in advance once; and a morning's takings. */
async function scene() {
  const id = await seed.project(who.admin, '兰亭雅苑')
  const names = ['陈建国', '王秀英', '李明', '赵敏', '周强', '吴婷', '郑浩', '孙丽', '钱伟', '冯洁', '蒋涛', '沈萍']
  const others = names.slice(1).map((owner, n) => ({ building: `${1 + (n % 6)}`, room: `${3 + n}0${1 + (n % 2)}`, area: 76.35 + n * 4.17, owner, phone: `1390571${2100 + n * 37}` }))
  const ids = await seed.rooms(who.admin, id, [
    { building: '3', unit: '2', room: '1502', area: 118.42, owner: '陈建国', phone: '13805715678' },
    { building: '7', unit: '1', room: '802', area: 89.16, owner: '陈建国', phone: '13805715678' },
    ...others,
  ])
  const path = `/projects/${id}`
  const area = await seed.fee(who.admin, id, { name: '物业服务费', price: 2.2, source: '杭价备〔2025〕118 号' })
  await seed.fee(who.admin, id, { name: '公共能耗费', basis: 'fixed', price: 18.6 })
  await seed.fee(who.admin, id, { name: '电梯运行费', basis: 'formula', formula: '如果(楼层>5, (楼层-5)*5+10, 10)', source: '前期物业服务合同第 12 条' })
  await who.admin.post(`${path}/items/${area}/rates`, { from_date: `${seed.month()}-01`, source_kind: 'vote', source_text: '业主大会 2026-09-26 表决', price: 2_350_000 })
  for (const n of [-3, -2, -1]) await seed.released(who.admin, id, seed.month(n))
  const pay = async (room, extra, method, taker) => {
    const seat = (await taker.get(`${path}/counter/${room}`)).body
    const months = extra.months ? seat.charges.filter((c) => extra.months.includes(c.month)) : seat.charges
    const due = months.reduce((s, c) => s + c.left, 0) + (extra.prepay ?? 0)
    await taker.post(`${path}/receipts`, { room_id: room, charge_ids: months.map((c) => c.charge_id), expected_owed: seat.owed, pays: [{ method, amount: due }], ...(method === 'cash' ? { tendered: due } : {}), confirmed: true })
  }
  const main = ids['3栋2单元1502']
  await pay(main, { months: [seed.month(-3)] }, 'transfer', who.admin)
  await seed.released(who.admin, id)
  const cashier = await seed.staff(who.admin, demo.origin, 'lixue', '李雪', 'cashier', id)
  const rest = Object.entries(ids).filter(([label]) => !['3栋2单元1502', '7栋1单元802'].includes(label))
  for (const [n, [, room]] of rest.slice(0, 8).entries()) await pay(room, n === 2 ? { prepay: 12640 } : {}, ['cash', 'card', 'transfer'][n % 3], cashier.api)
  const second = rest[2][1]
  return { id, path, main, second, cashier: cashier.api }
}

test('the standard: a household with two rooms, the counter before and after, and the receipt on both papers', async () => {
  const s = await scene()
  for (const theme of ['light', 'dark']) {
    const p = await open(who.admin, { theme })
    await p.page.goto(`/p/${s.id}/households/${s.main}`)
    await p.settled()
    await fits(p.page)
    await assertAccessible(p.page)
    await shot(p.page, `household-${theme}`, { keep: `design/household-${theme}` })
    await p.page.getByRole('tab', { name: /账单/ }).click()
    await p.page.getByRole('button', { name: '怎么算的' }).first().click()
    await p.settled()
    await assertAccessible(p.page)
    await shot(p.page, `household-bills-${theme}`)
    await p.close()
  }
  const seat = (await s.cashier.get(`${s.path}/counter/${s.main}`)).body
  const [light, dark] = [await open(s.cashier), await open(s.cashier, { theme: 'dark' })]
  for (const [p, theme] of [[dark, 'dark'], [light, 'light']]) {
    await p.page.goto(`/p/${s.id}/counter/${s.main}`)
    await p.settled()
    await p.page.getByRole('checkbox', { name: /7栋1单元802 全部费用/ }).uncheck()
    const due = seat.charges.filter((c) => c.room_label === '3栋2单元1502').reduce((sum, c) => sum + c.left, 0)
    await p.page.getByRole('button', { name: `收款 ¥${seed.yuan(due)}` }).waitFor()
    // The cursor on one amount shows how it came about.
    await p.page.getByRole('checkbox', { name: `3栋2单元1502 物业服务费 ${seed.monthWords(seed.month())} 278.29 元` }).focus()
    await p.page.getByText('118.42 ㎡ × 2.35').first().waitFor()
    const amount = p.page.getByRole('textbox', { name: '实收现金' })
    await amount.fill(String(Math.ceil(due / 5000) * 50))
    await p.page.mouse.move(0, 0)
    await p.settled()
    await assertAccessible(p.page)
    await shot(p.page, `counter-${theme}`, { keep: `design/counter-${theme}` })
    if (theme === 'light') await amount.press('Enter')
  }
  await light.page.getByRole('region', { name: '已收款' }).waitFor()
  await light.settled()
  await fits(light.page)
  await assertAccessible(light.page)
  await shot(light.page, 'counter-done-light', { keep: 'design/counter-done-light' })
  const [receipt] = (await s.cashier.get(`${s.path}/receipts?mine=true&limit=1`)).body.items
  await light.page.goto(`/p/${s.id}/receipts/${receipt.id}`)
  await light.settled()
  await assertAccessible(light.page)
  await shot(light.page, 'receipt')
  await light.close()
  // The other room is paid in the dark.
  await dark.page.goto(`/p/${s.id}/counter/${s.main}`)
  await dark.settled()
  await dark.page.getByRole('textbox', { name: '实收现金' }).press('Enter')
  await dark.page.getByRole('region', { name: '已收款' }).waitFor()
  await dark.settled()
  await assertAccessible(dark.page)
  await shot(dark.page, 'counter-done-dark', { keep: 'design/counter-done-dark' })
  await dark.close()

  for (const [paper, size] of [['80', { width: 620, height: 700 }], ['a4', { width: 794, height: 1123 }]]) {
    const sheet = await open(s.cashier, { size })
    await sheet.page.emulateMedia({ media: 'print', colorScheme: 'light' })
    await sheet.page.goto(`/api/v1${s.path}/receipts/${receipt.id}/print?paper=${paper}`)
    const main = await sheet.page.locator('main').boundingBox()
    await shot(sheet.page, `print-receipt-${paper}`, { keep: `design/print-receipt-${paper}`, clip: main, fullPage: true })
    await sheet.close()
  }
})
