// Where the day begins, on the demo's year of data: each role its own page, and
// every number the one that the lists give.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startDemo } from '../lib/demo.mjs'
import { eventually } from '../lib/eventually.mjs'
import * as seed from '../lib/seed.mjs'

let demo, browser, who, project

before(async () => {
  demo = await startDemo()
  ;({ who, project } = demo)
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

const fen = (text) => Math.round(Number(text.replace(/[¥,\s]/g, '')) * 100)
const get = async (path) => (await who.admin.get(`/projects/${project}${path}`)).body
async function home(login) {
  const p = await seed.pageOf(browser, demo.origin, who[login])
  await p.page.goto(`/p/${project}/home`)
  await p.page.getByRole('heading', { level: 1, name: /好$/ }).waitFor()
  return p
}
/** Pays a charge at the counter, the first of those asked for. */
async function pay(query) {
  const charge = (await get(`/charges?${query}&limit=1`)).items[0]
  const seat = await get(`/counter/${charge.room_id}`)
  await who.lixuemei.post(`/projects/${project}/receipts`, { room_id: charge.room_id, charge_ids: [charge.id], expected_owed: seat.owed, pays: [{ method: 'cash', amount: charge.owed }], tendered: charge.owed })
  return charge.owed
}
const card = (page, title) => page.locator('section.card').filter({ has: page.getByRole('heading', { level: 2, name: title }) })

test('[P2] the manager sees how the month is being paid, and the sums are those of the lists', async () => {
  await pay(`state=open&from_month=${seed.month()}&until_month=${seed.month()}`) // on a first nobody else has
  const p = await home('zhoulan')
  const totals = async (query) => (await get(`/charges?count=true&limit=1${query}`)).totals
  const month = await totals(`&from_month=${seed.month()}&until_month=${seed.month()}`)
  assert.ok(month.amount > 0 && month.paid > 0 && month.paid < month.amount, 'the demo has a month that is partly paid')

  await p.settled()
  const rate = await eventually(async () => {
    const text = await card(p.page, /收缴率$/).innerText()
    assert.match(text, /[\d.]+\s*%[\s\S]*实收 [\d,.]+，应收 [\d,.]+/)
    return text
  })
  const percent = Number(/([\d.]+)\s*%/.exec(rate)[1])
  const [, paid, due] = /实收 ([\d,.]+)，应收 ([\d,.]+)/.exec(rate)
  assert.equal(fen(due), month.amount, '应收 is what the list of charges adds up to')
  assert.ok(fen(paid) <= month.paid, 'without prepaid money')
  assert.equal(percent, Math.floor((fen(paid) * 1000) / fen(due)) / 10, `${paid} of ${due}, never rounded up`)
  assert.equal(fen(/未收 ([\d,.]+)/.exec(rate)[1]), fen(due) - fen(paid))
  assert.match(rate, /当期实收 ÷ 当期应收，不含往期与预存/)

  const age = card(p.page, '欠费账龄')
  const overdue = await totals('&state=overdue')
  await eventually(async () => {
    assert.equal(fen(await age.locator('.sum .money').innerText()), overdue.owed, '逾期 is what the list of charges adds up to')
    const bars = await age.locator('li .money').allInnerTexts()
    assert.equal(bars.map(fen).reduce((x, y) => x + y, 0), overdue.owed, 'the bars add up')
  })
  await assertAccessible(p.page)
  await p.close()
})

test('[P2] the cashier begins with the own takings, which grow with a payment at the counter', async () => {
  const p = await home('lixuemei')
  const mine = card(p.page, '我今天收款')
  const before = (await who.lixuemei.get(`/projects/${project}/takings`)).body.income
  const taken = (sum) => eventually(async () => assert.equal(fen(await mine.locator('.sum .money').first().innerText()), sum))
  await taken(before)
  await p.settled()
  assert.equal(await p.page.getByRole('heading', { level: 2, name: '等你处理' }).count(), 0, 'reviews are not the cashier’s')
  await p.page.getByRole('link', { name: '收银台' }).first().waitFor()
  const paid = await pay('state=overdue')
  await p.page.reload()
  await taken(before + paid)
  await assertAccessible(p.page)
  await shot(p.page, 'home-cashier')
  await p.close()
})

test('[P2] a draft waits on the pages of those who release, and leads to its review', async () => {
  const next = seed.month(1)
  const drafts = (await get('/home')).drafts.length
  const run = await seed.draft(who.qianmin, project, next)
  for (const login of ['qianmin', 'zhoulan', 'admin']) {
    const p = await home(login)
    const todo = card(p.page, '等你处理')
    const link = todo.getByRole('link', { name: new RegExp(`${seed.monthWords(next)}出账待审核`) })
    await link.waitFor()
    await eventually(async () => assert.equal(await todo.getByRole('link', { name: /出账待审核/ }).count(), drafts + 1))
    await todo.getByRole('link', { name: /退款审批/ }).waitFor()
    await eventually(async () => assert.match(await link.innerText(), new RegExp(`¥${seed.yuan(run.amount).replace('.', '\\.')}`)))
    await link.click()
    await p.page.waitForURL(`**/runs/${run.id}`)
    await p.close()
  }
  const clerk = await home('hejing')
  const often = card(clerk.page, '常用')
  await often.getByRole('link', { name: '住户查询' }).waitFor()
  await clerk.settled()
  const calls = card(clerk.page, '等你处理')
  await calls.getByRole('link', { name: /到期走访/ }).waitFor()
  assert.equal(await calls.getByRole('link').count(), 1, 'nothing but what is hers')
  assert.equal(await often.getByRole('link', { name: '收银台' }).count(), 0)
  await clerk.close()
})

test('[P2] the bell tells on every page what waits for this person, the menu where; help opens the guide at the chapter of the page', async () => {
  const waits = (await get('/refunds?state=asked&limit=50')).items.length
  assert.ok(waits > 0, 'the demo has refunds that wait')
  const p = await seed.pageOf(browser, demo.origin, who.zhoulan)
  await p.page.goto(`/p/${project}/charges`)
  await p.page.getByRole('heading', { level: 1, name: '费用明细' }).waitFor()
  const bell = p.page.getByRole('button', { name: /^消息，\d+ 项等你处理，1 条新消息$/ })
  await bell.click()
  const news = p.page.getByRole('region', { name: '消息' })
  await news.getByRole('link', { name: new RegExp(`^退款审批\\s*${waits}$`) }).waitFor()
  await news.getByText('月底对账安排').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'bell')
  await p.page.keyboard.press('Escape')
  await news.waitFor({ state: 'hidden' })
  await p.page.getByRole('button', { name: /^消息，\d+ 项等你处理$/ }).waitFor()
  const entry = p.page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '红冲与退款', exact: true })
  assert.equal(await entry.locator('em').innerText(), String(waits))
  await p.page.reload()
  await p.page.getByRole('button', { name: /^消息，\d+ 项等你处理$/ }).click()
  await news.getByRole('link', { name: /退款审批/ }).click()
  await p.page.waitForURL(/\/refunds/)

  const [guide] = await Promise.all([p.context.waitForEvent('page'), p.page.getByRole('link', { name: /^使用说明/ }).click()])
  await guide.waitForURL(/\/guide\/cashier#/)
  await guide.getByRole('heading', { level: 2, name: '红冲、退款和押金' }).waitFor()
  await guide.getByRole('navigation', { name: '各岗位' }).getByRole('link', { name: '财务', exact: true }).click()
  await guide.getByRole('heading', { level: 1, name: '财务' }).waitFor()
  await guide.getByRole('heading', { level: 2, name: '对账' }).waitFor()
  const picture = guide.locator('article img').first()
  await eventually(async () => assert.ok(await picture.evaluate((img) => img.complete && img.naturalWidth > 0), 'its pictures are there'))
  await assertAccessible(guide)
  await shot(guide, 'guide')
  await p.close()
})
