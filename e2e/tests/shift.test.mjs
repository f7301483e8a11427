// The end of a cashier's day: the drawer is counted before anything is told,
// the difference has a reason, and what is signed stays.
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
  rooms = await seed.rooms(boss, project, [1, 2, 3].map((n) => ({ building: '1', room: `${n}01`, area: 89.3, owner: `住户${'甲乙丙'[n - 1]}`, phone: `1380571560${n}` })))
  await seed.fee(boss, project, { name: '公共能耗费', basis: 'fixed', price: 150 })
  await seed.released(boss, project)
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  manager = await seed.staff(boss, linli.origin, 'qianmin', '钱敏', 'accountant', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const room = (n) => rooms[`1栋1单元${n}01`]
const pay = async (n, method, amount) => (await cashier.api.post(`/projects/${project}/receipts`, { room_id: room(n), expected_owed: 15000, pays: [{ method, amount }] })).body

test('[F7] a shift is counted blind, closed with a reason, and its receipts stay', async () => {
  const first = await pay(1, 'cash', 15000)
  const gone = await pay(2, 'cash', 15000)
  await cashier.api.post(`/projects/${project}/receipts/${gone.id}/void`, { reason: '收款方式选错' })
  await pay(2, 'transfer', 15000)
  const mine = (await cashier.api.get(`/projects/${project}/my-shift`)).body.shift
  assert.deepEqual([mine.hidden, mine.expected, mine.sums], [true, 0, []], 'nothing is told before the count')

  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  const { page } = p
  await page.goto(`/p/${project}/shift`)
  await page.getByLabel('100 元', { exact: true }).waitFor()
  await p.settled()
  assert.equal(await page.getByText('应有现金').count(), 0)
  await page.getByLabel('100 元', { exact: true }).fill('1')
  await page.getByLabel('10 元', { exact: true }).fill('4')
  await page.keyboard.press('Control+Enter')
  await page.getByText('短款 ¥10.00').first().waitFor()
  await shot(page, 'shift', { keep: 'guide/pages/shift' })
  const close = page.getByRole('button', { name: /^交班/ })
  await page.getByRole('button', { name: '交班，解款 ¥140.00' }).waitFor()
  await page.getByLabel('解款').fill('0')
  await page.getByRole('button', { name: '交班，不解款' }).waitFor()
  await page.getByLabel('解款').fill('140')
  await close.click()
  // Said at the field, which has the cursor; nothing was sent.
  await page.locator('.field', { has: page.getByLabel('长短款的原因') }).getByText('短款 10.00 元，请写明原因').waitFor()
  assert.equal(await page.getByLabel('长短款的原因').evaluate((el) => el === document.activeElement), true)
  await page.getByLabel('解款').fill('140.01')
  await page.getByLabel('长短款的原因').focus()
  await page.getByText('应在 0 和点出的 140.00 之间').waitFor()
  await shot(page, 'shift-faults')
  await page.getByLabel('解款').fill('140')
  await page.getByLabel('长短款的原因').fill('找零多给了十元')
  await page.keyboard.press('Control+Enter')
  await page.getByText(/已交班 RJ\d{4}-000001/).waitFor()

  const list = (await cashier.api.get(`/projects/${project}/shifts`)).body.items
  assert.equal(list.length, 1)
  assert.deepEqual([list[0].state, list[0].expected, list[0].counted, list[0].difference, list[0].handed, list[0].income], ['closed', 15000, 14000, -1000, 14000, 30000])
  const late = await cashier.api.post(`/projects/${project}/receipts/${first.id}/void`, { reason: '太晚' }, { status: 409 })
  assert.match(late.body.detail, /已交班（RJ\d{4}-000001），不能作废，需红冲/)
  const paper = await cashier.api.get(`/projects/${project}/shifts/${list[0].id}/print`)
  for (const text of ['收款交班单', '找零多给了十元', gone.number, '收费员签字', '人民币（大写）壹佰肆拾元整']) assert.ok(paper.text.includes(text), text)
  await p.close()
})

test('[F7] counter statistics sum to the receipts and lead to them', async () => {
  const p = await seed.pageOf(browser, linli.origin, manager.api)
  const { page } = p
  await page.goto(`/p/${project}/takings`)
  await page.getByText('合计 2 张有效收据').waitFor()
  await page.getByRole('radio', { name: '按收款方式' }).click()
  await page.getByRole('link', { name: '转账' }).click()
  await page.waitForURL(/receipts\?.*method=transfer/)
  await page.getByText('合计 1 张有效').waitFor()
  const sheet = await manager.api.get(`/projects/${project}/takings/statistics.xlsx?by=day`)
  assert.match(sheet.headers.get('content-type'), /spreadsheetml/)
  await cashier.api.get(`/projects/${project}/takings/statistics`, { status: 403 })
  await page.goto(`/p/${project}/shifts`)
  await page.getByRole('link', { name: /RJ\d{4}-000001/ }).click()
  await page.getByRole('button', { name: /打印交班单/ }).waitFor()
  await p.close()
})

test('[F7] money given back stands apart from money taken in the next shift, on the page, on the paper and in the table', async () => {
  const [first] = (await cashier.api.get(`/projects/${project}/receipts?method=cash`)).body.items.filter((r) => r.state === 'valid')
  const ask = (await cashier.api.post(`/projects/${project}/refunds`, { kind: 'part', receipt_id: first.id, amount: 6000, method: 'cash', reason: '多收' })).body
  const ok = (await manager.api.post(`/projects/${project}/refunds/${ask.id}/decision`, { approve: true, version: ask.version })).body
  await cashier.api.post(`/projects/${project}/refunds/${ask.id}/pay`, { version: ok.version })
  await pay(3, 'cash', 15000)

  const p = await seed.pageOf(browser, linli.origin, cashier.api)
  const { page } = p
  await page.goto(`/p/${project}/shift`)
  await page.getByText('只填合计').click()
  await page.getByLabel('点出的现金').fill('90')
  await page.keyboard.press('Control+Enter')
  const cash = page.getByRole('region', { name: '现金', exact: true })
  await cash.getByText('减：付出的退款').waitFor()
  await cash.getByText('账款相符').first().waitFor()
  const row = page.getByRole('region', { name: '按收款方式' }).getByRole('row', { name: /^现金/ })
  assert.deepEqual(await row.getByRole('cell').allInnerTexts(), ['现金', '1', '150.00', '1', '60.00', '0', '0.00', '90.00'])
  await shot(page, 'shift-refund')
  await page.getByRole('button', { name: '交班，解款 ¥90.00' }).click()
  await page.getByText(/已交班 RJ\d{4}-000002/).waitFor()
  const [shift] = (await cashier.api.get(`/projects/${project}/shifts`)).body.items
  assert.deepEqual([shift.taken, shift.refunded, shift.income, shift.expected], [15000, 6000, 9000, 9000])
  const paper = await cashier.api.get(`/projects/${project}/shifts/${shift.id}/print`)
  for (const text of ['退款笔数', '减：付出的退款', '>60.00<', '>90.00<']) assert.ok(paper.text.includes(text), text)
  await page.setContent(paper.text)
  await shot(page, 'shift-paper')
  await p.close()
})
