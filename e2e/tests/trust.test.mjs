// A project by commission 酬金制: what comes in and goes out is the owners' money,
// the company has its remuneration, and the rest is carried from month to month.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, project

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  await seed.rooms(boss, project, [1, 2].map((n) => ({ building: '1', room: `${n}01`, area: 100, owner: `住户${'甲乙'[n - 1]}`, phone: `1380571560${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', price: 2.5 })
  await seed.released(boss, project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

test('[F10] a project by commission shows the owners\' money, the remuneration and the balance carried on; by lump sum it shows none', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${project}/reports`)
  await p.page.getByRole('heading', { name: '收支利润' }).waitFor()
  assert.equal(await p.page.getByRole('heading', { name: '代管资金（酬金制）' }).count(), 0)
  await p.page.getByRole('button', { name: '计费方式' }).click()
  const drawer = p.page.getByRole('dialog')
  await drawer.getByText('包干制：盈余或亏损归企业').waitFor()
  await drawer.getByRole('button', { name: '保存计费方式' }).click()
  await drawer.getByText('请填 0.01 到 100，最多两位小数').waitFor()
  await drawer.getByLabel('百分之几').fill('10')
  await drawer.getByLabel('转入的业主结余').fill('-100')
  await drawer.getByLabel('依据').fill('物业服务合同第 12 条')
  await shot(p.page, 'scheme-form')
  await drawer.getByRole('button', { name: '保存计费方式' }).click()
  await p.page.getByText('已保存：酬金制，酬金为收入的 10.00%').waitFor()
  const table = p.page.getByRole('region', { name: '代管资金（酬金制）' })
  await table.getByRole('row', { name: /结转下期/ }).getByText('350.00').first().waitFor()
  await table.getByRole('row', { name: /企业酬金/ }).getByText('50.00').first().waitFor()
  await table.getByRole('row', { name: /企业酬金/ }).getByRole('button', { name: '50.00' }).click()
  await p.page.getByText(/起的收入 500\.00 元 × 10\.00% = 50\.00 元，减以前月份已提的 0\.00 元。上期结转里有这个月转入的业主结余 -100\.00 元/).waitFor()
  await p.settled()
  await shot(p.page, 'report-trust')
  await table.getByRole('row', { name: /代管资金收入/ }).getByRole('link', { name: '500.00' }).last().click()
  await p.page.getByRole('row', { name: /^合计 \d+ 条/ }).getByText('¥500.00').waitFor()
  const { trust } = (await boss.get(`/projects/${project}/reports/profit`)).body
  assert.deepEqual([trust.opening.total, trust.income.total, trust.fee.total, trust.balance.total, trust.company.total], [-10000, 50000, 5000, 35000, 5000 + 0])
  await boss.put(`/projects/${project}/service-schemes`, { from: seed.month(), kind: 'lump' }, { status: 409 })
  await p.close()
})
