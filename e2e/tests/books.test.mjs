// The books: an expense is entered by one person and approved by another, the
// profit of the month shows it, every figure leads to what it is made of.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'
import { cells } from '../lib/xlsx.mjs'

let linli, browser, boss, accountant, manager, project, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [1, 2, 3].map((n) => ({ building: '1', room: `${n}01`, area: 89.3, owner: `住户${'甲乙丙'[n - 1]}`, phone: `1380571560${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', basis: 'fixed', price: 150 })
  await seed.released(boss, project)
  accountant = await seed.staff(boss, linli.origin, 'zhoumin', '周敏', 'accountant', project)
  manager = await seed.staff(boss, linli.origin, 'qianmin', '钱敏', 'manager', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`

test('[F11] an expense with its attachment is entered by one person, approved by another, and taken back by a document of its own', async () => {
  const p = await seed.pageOf(browser, linli.origin, accountant.api)
  await p.page.goto(`/p/${project}/expenses`)
  await p.page.getByRole('button', { name: '添加常用类别' }).click()
  await p.page.getByRole('button', { name: '录支出' }).click()
  const form = p.page.getByRole('dialog', { name: '录支出' })
  await form.getByLabel('类别').selectOption({ label: '保洁费' })
  await form.getByLabel('金额').fill('120.50')
  await form.getByLabel('收款单位').fill('洁丽保洁公司')
  await shot(p.page, 'expense-form')
  await form.getByLabel('附件').setInputFiles({ name: '保洁发票.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 保洁') })
  await p.page.getByRole('button', { name: /^提交审批/ }).click()
  await p.page.getByText('自己录的，请同事批').waitFor()
  await p.page.getByRole('link', { name: '保洁发票.pdf' }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'expenses', { keep: 'guide/pages/expenses' })
  const [asked] = (await accountant.api.get(at('/expenses?state=asked'))).body.items
  await accountant.api.post(at(`/expenses/${asked.id}/decision`), { approve: true, version: 1 }, { status: 409 })
  await p.close()

  const m = await seed.pageOf(browser, linli.origin, manager.api)
  await m.page.goto(`/p/${project}/expenses`)
  const waits = m.page.locator('nav.side a[title^="支出，"]') // the number in the menu
  await waits.waitFor()
  await m.page.getByRole('button', { name: '批准', exact: true }).click()
  await m.page.getByRole('dialog').getByText('6401 主营业务成本').waitFor()
  await m.page.getByRole('dialog').getByRole('button', { name: /^批准 ¥[\d,]+\.\d\d$/ }).click()
  await m.page.getByText('没有待批准的支出').waitFor()
  await waits.waitFor({ state: 'detached' })
  await m.page.goto(`/p/${project}/expenses?state=approved`)
  await m.page.getByText(/^ZC\d{4}-000001$/).waitFor()
  const file = await manager.api.get(at(`/expenses/${asked.id}/file`))
  assert.match(file.text, /保洁/)

  const wrong = (await accountant.api.post(at('/expenses'), { category_id: asked.category_id, amount: 9900, date: seed.today(), paid_from: 'cash' })).body
  await manager.api.post(at(`/expenses/${wrong.id}/decision`), { approve: true, version: 1 })
  await m.page.reload()
  await m.page.getByRole('button', { name: '红冲' }).first().click()
  await m.page.getByRole('dialog').getByLabel('原因').fill('重复报销')
  await m.page.getByRole('dialog').getByRole('button', { name: /^红冲/ }).click()
  await m.page.goto(`/p/${project}/expenses?state=all`)
  await m.page.getByText('已红冲').waitFor()
  const gone = (await manager.api.get(at(`/expenses/${wrong.id}`))).body
  assert.match(gone.void_number, /^ZH\d{4}-000001$/)
  assert.equal((await manager.api.get(at('/expenses?count=true'))).body.totals.booked, 12050)
  await m.close()
})

test('[F10] the profit of the month leads to its expense and its bills, rates print their definition, and the reports are taken out', async () => {
  await accountant.api.get(at('/reports/profit'))
  await boss.post(at('/receipts'), { room_id: rooms['1栋1单元101'], expected_owed: 15000, pays: [{ method: 'cash', amount: 15000 }] })
  const p = await seed.pageOf(browser, linli.origin, accountant.api)
  await p.page.goto(`/p/${project}/reports`)
  const table = p.page.getByRole('region', { name: '收支利润' })
  await table.getByRole('row', { name: /保洁费/ }).getByText('120.50').first().waitFor()
  await table.getByRole('row', { name: /^利润/ }).getByText('329.50').first().waitFor()
  await p.page.getByText('33.33%').first().waitFor()
  await p.page.getByText('期间各月的费用，截至当天已缴的 ÷ 应缴的', { exact: false }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'reports', { fullPage: true })
  await p.page.evaluate(() => { document.documentElement.dataset.theme = 'dark' })
  await shot(p.page, 'reports-dark')

  await table.getByRole('row', { name: /物业服务费/ }).getByRole('link', { name: '450.00' }).last().click()
  await p.page.getByRole('link', { name: '账单发布' }).first().waitFor()
  await p.page.goBack()
  await table.getByRole('row', { name: /保洁费/ }).getByRole('link', { name: '120.50' }).last().click()
  await p.page.getByText(/^ZC\d{4}-000001$/).waitFor()
  // Every sum leads to a list that comes to it.
  const leads = async (row, figure, sum) => {
    await p.page.goto(`/p/${project}/reports`)
    await row().getByRole('link', { name: figure }).last().click()
    await p.page.getByRole('heading', { level: 1 }).waitFor()
    await p.page.getByRole('row', { name: /^合计 \d+ 条/ }).getByText(sum).waitFor()
  }
  await leads(() => table.getByRole('row', { name: /^收入合计/ }), '450.00', '¥450.00')
  await p.page.getByRole('heading', { level: 1, name: '收入合计' }).waitFor()
  await leads(() => table.getByRole('row', { name: /^支出合计/ }), '120.50', '¥120.50')
  await leads(() => table.getByRole('row', { name: /^利润/ }), '329.50', '¥329.50')
  await shot(p.page, 'postings-profit')
  await leads(() => p.page.locator('.pair', { hasText: '库存现金' }).last(), '150.00', '¥150.00')
  await p.page.getByRole('link', { name: '收据', exact: true }).first().waitFor()
  await p.page.goto(`/p/${project}/book-months`)
  await p.page.getByRole('row', { name: new RegExp(seed.month()) }).getByRole('link', { name: '329.50' }).click()
  await p.page.getByRole('row', { name: /^合计 \d+ 条/ }).getByText('¥329.50').waitFor()
  await p.page.goto(`/p/${project}/reports`)
  const [file] = await Promise.all([p.page.waitForEvent('download'), p.page.getByRole('button', { name: '导出' }).first().click()])
  assert.match(file.suggestedFilename(), /收支利润.*\.xlsx$/)

  const yesterday = new Date(Date.now() - 16 * 3600_000).toISOString().slice(0, 10)
  const then = (await accountant.api.get(at(`/reports/standing?on=${yesterday}&from=${seed.month()}&until=${seed.month()}`), { any: true })).body
  assert.deepEqual([then.owed, then.current?.due], [0, 0])
  await p.page.goto(`/p/${project}/book-months`)
  await p.page.getByRole('row', { name: new RegExp(seed.month()) }).getByText('未结').waitFor()
  await shot(p.page, 'book-months')
  await accountant.api.post(at('/book-months'), { month: seed.month() }, { status: 409 })
  await cashierMayNot()
  await p.close()
})

test('[F10] vouchers part the tax from income, name the fee items that have no rate, and leave only when all have one', async () => {
  const p = await seed.pageOf(browser, linli.origin, accountant.api)
  await p.page.goto(`/p/${project}/vouchers`)
  await p.page.getByText('借贷相等').first().waitFor()
  await p.page.getByRole('button', { name: '价税分离' }).click()
  const form = p.page.getByRole('dialog', { name: '凭证的价税分离' })
  await form.getByText('从没有设置过', { exact: false }).waitFor()
  await form.getByLabel('简易计税的科目编码').fill('')
  await form.getByRole('button', { name: '保存' }).click()
  await form.getByText('请填写科目编码', { exact: false }).waitFor()
  await form.getByLabel('简易计税的科目编码').fill('2221.08')
  await shot(p.page, 'taxpayer-form')
  await form.getByRole('button', { name: '保存' }).click()
  await p.page.getByText('已保存：一般纳税人', { exact: false }).waitFor()
  const missing = p.page.getByText('没有这段时间可用的税率', { exact: false })
  await missing.waitFor()
  await p.settled()
  assert.equal(await p.page.getByRole('button', { name: '导出凭证' }).count(), 0)
  await assertAccessible(p.page)
  await shot(p.page, 'vouchers-untaxed')
  const [item] = (await boss.get(at('/items'))).body.items
  const refused = await accountant.api.post(at('/exports'), { kind: 'vouchers', query: '' }, { any: true })
  assert.match(JSON.stringify(refused.body), /税率/)
  await boss.put(at(`/invoice-taxes/${item.id}`), { from: `${seed.month(-1)}-01`, rate: 600, simple: false, lease: false, code: '3040801010000000000', short: '企业管理服务' })
  await p.page.reload()
  await p.page.getByText('25.47').first().waitFor()
  await p.page.getByText('424.53').first().waitFor()
  await shot(p.page, 'vouchers', { keep: 'guide/pages/vouchers' })
  const [file] = await Promise.all([p.page.waitForEvent('download'), p.page.getByRole('button', { name: '导出凭证' }).click()])
  assert.match(file.suggestedFilename(), /凭证.*\.xlsx$/)
  await p.page.getByRole('table', { name: '各税率的收入' }).getByRole('row', { name: /^6%/ }).getByRole('link').click()
  await p.page.getByRole('heading', { level: 1, name: '税率 6% 的收入' }).waitFor()
  await p.page.getByRole('row', { name: /^合计/ }).getByText('450.00').waitFor()
  await shot(p.page, 'vouchers-rated')
  await p.close()
})

async function cashierMayNot() {
  const clerk = await seed.staff(boss, linli.origin, 'wangfang', '王芳', 'clerk', project)
  await clerk.api.get(at('/reports/profit'), { status: 403 })
}

test('[F10] the buttons of 月结 name the project and the month that they close or open again', async () => {
  const last = seed.month(-1)
  const category_id = (await accountant.api.get(at('/expenses'))).body.items[0].category_id
  const spent = (await accountant.api.post(at('/expenses'), { category_id, amount: 1000, date: `${last}-10`, paid_from: 'cash' })).body
  await manager.api.post(at(`/expenses/${spent.id}/decision`), { approve: true, version: 1 })
  const p = await seed.pageOf(browser, linli.origin, accountant.api)
  await p.page.goto(`/p/${project}/book-months`)
  await p.page.getByRole('button', { name: `月结 翠湖花园 ${last}`, exact: true }).click()
  const sure = p.page.getByRole('dialog', { name: `月结 翠湖花园 ${last}？` })
  await assertAccessible(p.page)
  await shot(p.page, 'book-month-close')
  await sure.getByRole('button', { name: `月结 ${last}` }).click()
  await p.page.getByRole('row', { name: new RegExp(last) }).getByText('已月结').waitFor()
  await p.close()
  const m = await seed.pageOf(browser, linli.origin, manager.api)
  await m.page.goto(`/p/${project}/book-months`)
  await m.page.getByRole('button', { name: `反结账 翠湖花园 ${last}`, exact: true }).click()
  await m.page.getByRole('dialog', { name: `反结账 翠湖花园 ${last}？` }).getByRole('button', { name: '补记发票' }).click()
  await m.page.getByRole('button', { name: `反结账 ${last}`, exact: true }).click()
  await m.page.getByRole('row', { name: new RegExp(last) }).getByText('未结').waitFor()
  await m.close()
})

test('[F10] head office lays the projects side by side: with their total, in the order of any column, as a table to take out', async () => {
  const other = await seed.project(boss, '锦绣家园')
  const there = await seed.rooms(boss, other, [{ building: '1', room: '101', area: 60, owner: '住户丁', phone: '13805715604' }])
  await seed.fee(boss, other, { name: '物业服务费', basis: 'fixed', price: 100 })
  await seed.released(boss, other)
  await boss.post(`/projects/${other}/receipts`, { room_id: there['1栋1单元101'], expected_owed: 10000, pays: [{ method: 'cash', amount: 10000 }] })
  const p = await seed.pageOf(browser, linli.origin, boss)
  const m = seed.month()
  await p.page.goto(`/p/${project}/reports?from=${m}&until=${m}`)
  const table = p.page.getByRole('table', { name: '各项目' })
  const row = async (name) => (await table.getByRole('row', { name }).locator('td').allTextContents()).map((x) => x.trim())
  await table.getByRole('row', { name: /^锦绣家园/ }).waitFor()
  const all = { '翠湖花园': await row(/^翠湖花园/), '锦绣家园': await row(/^锦绣家园/), '合计': await row(/^合计/) }
  assert.deepEqual(all['锦绣家园'].slice(1), ['100.00', '0.00', '100.00', '100.00%', '–', '100.00%', '0.00'])
  assert.deepEqual(all['翠湖花园'].slice(4, 5), ['33.33%'])
  // 150 of 450 and 100 of 100: what was paid of all, not the middle of 33.33% and 100%.
  assert.deepEqual(all['合计'].slice(1), ['550.00', '120.50', '429.50', '45.45%', '–', '45.45%', '300.00'])
  const order = async () => (await table.locator('tbody tr td:first-child').allTextContents()).map((x) => x.trim())
  const by = (name) => table.getByRole('columnheader', { name }).getByRole('button').click()
  await by('当期收缴率')
  assert.deepEqual(await order(), ['翠湖花园', '锦绣家园'])
  await by('当期收缴率')
  assert.deepEqual(await order(), ['锦绣家园', '翠湖花园'])
  await assertAccessible(p.page)
  await table.scrollIntoViewIfNeeded()
  await shot(p.page, 'reports-projects', { keep: 'guide/pages/reports-projects' })
  const [file] = await Promise.all([p.page.waitForEvent('download'), p.page.getByRole('button', { name: '导出各项目' }).click()])
  const sheet = cells(readFileSync(await file.path()))
  const plain = (text) => text.replaceAll(',', '').replace(/\.?0+$/, (end) => (text.includes('.') ? '' : end)) // a number as the file has it
  assert.deepEqual(sheet.slice(1), Object.values(all).map((line) => line.map((text) => (text === '–' ? '' : plain(text)))))
  await p.close()
})
