// What was billed by a wrong area for half a year is put right: the bills stay,
// the difference is charged or given back by one document with its reason.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { until } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'
import { cells } from '../lib/xlsx.mjs'

let linli, browser, boss, cashier, accountant, project, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [1, 2].map((n) => ({ building: '1', room: `${n}01`, area: 89.5, owner: `住户${'甲乙'[n - 1]}`, phone: `1380571560${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', basis: 'area', price: 2.5 })
  for (let n = -5; n <= 0; n++) await seed.released(boss, project, seed.month(n))
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  accountant = await seed.staff(boss, linli.origin, 'shenhong', '沈红', 'accountant', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
const room = (n) => rooms[`1栋1单元${n}01`]
const owed = async (n) => (await cashier.api.get(at(`/counter/${room(n)}`))).body.owed
const prepaid = async (n) => (await cashier.api.get(at(`/counter/${room(n)}`))).body.prepaid
async function measured(n, area) {
  const known = (await boss.get(at(`/rooms/${room(n)}`))).body
  await boss.patch(at(`/rooms/${room(n)}`), { version: known.version, area: area * 100 })
}

test('[F12] an area that was too small for six months: the bills stay, one document 补差单 charges what is missing, once, and says how', async () => {
  await measured(1, 92)
  const before = (await accountant.api.get(at(`/charges?room_id=${room(1)}`))).body.items
  assert.equal(before.length, 6)
  const p = await seed.pageOf(browser, linli.origin, accountant.api)
  await p.page.goto(`/p/${project}/amendments?view=rooms`)
  await p.page.getByText(/1 间 · 该补收 37\.50 元/).waitFor()
  await p.page.getByRole('row', { name: /1栋1单元101/ }).getByText('面积 89.5 → 92 ㎡').waitFor()
  await p.page.getByRole('link', { name: '1栋1单元101' }).click()
  const first = p.page.getByRole('row', { name: new RegExp(`${seed.month(-5)}.*物业服务费`) })
  assert.match(await first.innerText(), /223\.75[\s\S]*230\.00[\s\S]*6\.25[\s\S]*面积 89\.5 → 92 ㎡/)
  await p.page.getByRole('button', { name: '补差 6 条' }).click()
  const form = p.page.getByRole('dialog')
  await form.getByText('补收 37.50 元，成为住户甲的新应收').waitFor()
  await form.getByRole('button', { name: /开补差单/ }).click()
  await form.getByText('请写明原因，至少 2 个字').waitFor()
  await form.getByLabel('原因').fill('实测面积与合同不符')
  await form.getByLabel('依据').fill('测绘报告 2026-18')
  await form.getByRole('button', { name: '开补差单，补收 ¥37.50' }).click()
  await p.page.getByText(/补差单 BC\d{4}-000001 已开，补收 37\.50 元/).waitFor()
  await p.page.getByText('没有差额').first().waitFor()
  assert.equal(await owed(1), 6 * 22375 + 3750)
  const now = (await accountant.api.get(at(`/charges?room_id=${room(1)}`))).body.items
  assert.equal(now.length, 12)
  for (const c of before) assert.equal(now.find((x) => x.id === c.id).amount, c.amount, 'the bills of before stay')
  const again = await accountant.api.post(at('/amendments'), { room_id: room(1), lines: [{ item_id: before[0].item_id, month: seed.month(-5), seen_amount: 625 }], reason: '再补一次' }, { any: true })
  assert.equal(again.status, 409)
  // Who asks why it is owed finds it among what came and went.
  await p.page.goto(`/p/${project}/households/${room(1)}`)
  await p.page.getByText('补差：补收 37.50').waitFor()
  await p.page.getByText(/实测面积与合同不符。补差单 BC\d{4}-000001/).waitFor()
  await p.page.goto(`/p/${project}/charges?q=101`)
  const more = p.page.getByRole('row').filter({ hasText: '6.25' }).first()
  await more.getByRole('button', { name: '怎么算的' }).click()
  await p.page.getByText('应补 230.00 − 223.75 = 6.25 元').waitFor()
  await p.close()
})

test('[F12] an area that was too large: unpaid months owe less, what was paid becomes prepaid 预存, and the document can be undone', async () => {
  await cashier.api.post(at('/receipts'), { room_id: room(2), expected_owed: 6 * 22375, pays: [{ method: 'cash', amount: 3 * 22375 }] })
  await measured(2, 88)
  const p = await seed.pageOf(browser, linli.origin, accountant.api)
  await p.page.goto(`/p/${project}/households/${room(2)}`)
  await p.page.getByRole('main').getByRole('link', { name: '补差' }).click()
  await p.page.getByRole('button', { name: '补差 6 条' }).click()
  const form = p.page.getByRole('dialog')
  await form.getByText('减收 22.50 元：').waitFor()
  await form.getByText('还没缴的 11.25 元直接少欠：住户乙').waitFor()
  await form.getByText('已经缴的 11.25 元转入预存：住户乙').waitFor()
  await shot(p.page, 'amend-less')
  await form.getByLabel('原因').fill('复测面积偏大')
  await form.getByRole('button', { name: /开补差单/ }).click()
  await p.page.getByText(/已开，减收 22\.50 元/).waitFor()
  assert.equal(await owed(2), 3 * 22000)
  assert.equal(await prepaid(2), 1125)
  await p.page.goto(`/p/${project}/amendments`)
  const row = p.page.getByRole('row', { name: /1栋1单元201/ })
  await row.getByRole('button', { name: /^BC/ }).click()
  await p.page.getByRole('dialog').getByText('减收 3.75 元，转入预存 3.75 元').first().waitFor()
  await p.page.keyboard.press('Escape')
  await row.getByRole('button', { name: '撤销' }).click()
  const dialog = p.page.getByRole('dialog', { name: /^撤销补差单/ })
  await dialog.getByRole('button', { name: '面积没有错' }).click()
  await dialog.getByRole('button', { name: /^撤销 BC/ }).click()
  await p.page.getByText(/补差单 BC\d{4}-000002 已撤销/).waitFor()
  assert.equal(await until(() => owed(2), (fen) => fen === 3 * 22375), 3 * 22375)
  assert.equal(await prepaid(2), 0)
  await p.close()
})

test('[F12] a price that was entered late: the rooms of the list are put right at once, a document each, and all is undone as one', async () => {
  const item = (await boss.get(at('/items'))).body.items.find((i) => i.name === '物业服务费').id
  await boss.post(at(`/items/${item}/rates`), { from_date: `${seed.month(0)}-01`, price: 2_800_000, source_kind: 'vote', source_text: '业主大会决定' })
  const owing = [await owed(1), await owed(2)]
  const p = await seed.pageOf(browser, linli.origin, accountant.api)
  await p.page.goto(`/p/${project}/amendments?view=rooms&from=${seed.month(0)}&until=${seed.month(0)}`)
  await p.page.getByText('按读数收的、按公摊单分的').waitFor()
  const [list] = await Promise.all([p.page.waitForEvent('download'), p.page.getByRole('button', { name: /^导出/ }).click()])
  const named = cells(readFileSync(await list.path())).flat().join(' ')
  for (const room of ['1栋1单元101', '1栋1单元201']) assert.ok(named.includes(room), named)
  await p.page.getByRole('row', { name: /1栋1单元101/ }).getByRole('checkbox').check()
  await p.page.getByRole('row', { name: /1栋1单元201/ }).getByRole('checkbox').check()
  await assertAccessible(p.page)
  await p.page.getByRole('button', { name: '一起补差' }).click()
  const form = p.page.getByRole('dialog', { name: '给 2 间房一起补差' })
  await form.getByLabel('原因').fill('新单价录入晚了')
  await form.getByRole('button', { name: /开 2 张补差单/ }).click()
  await p.page.getByText(/2 间房已补差/).waitFor()
  await p.page.getByRole('row', { name: /1栋1单元101.*BC.*已补差/ }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'amend-batch')
  assert.ok(await owed(1) > owing[0])
  await p.page.getByRole('button', { name: '整批撤销' }).click()
  const dialog = p.page.getByRole('dialog', { name: /^撤销这一批的 2 张补差单/ })
  await dialog.getByRole('button', { name: '面积没有错' }).click()
  await dialog.getByRole('button', { name: /^撤销 2 张/ }).click()
  await p.page.getByText(/已整批撤销/).waitFor()
  assert.deepEqual([await owed(1), await owed(2)], owing)
  await p.page.goto(`/p/${project}/amendments?view=batches`)
  await p.page.getByRole('row', { name: /新单价录入晚了.*已撤销/ }).waitFor()
  await p.close()
})
