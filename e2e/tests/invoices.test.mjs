// Invoices 数电发票: seller, provider and taxes are set, a receipt is asked for at
// the counter, issued with its number, opened as PDF, and reversed before the
// money goes back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually, until } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const due = 35_280
let linli, provider, browser, boss, cashier, accountant, project, rooms

before(async () => {
  linli = await startLinli()
  provider = await startLinli({ args: ['sim', 'invoice', '--addr', '127.0.0.1:0', '--file', ''] })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [1, 2].map((n) => ({ building: '1', room: `${n}01`, area: 100, owner: `住户${'甲乙'[n - 1]}`, phone: `1380571560${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', basis: 'fixed', price: due / 100 })
  await seed.released(boss, project)
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  accountant = await seed.staff(boss, linli.origin, 'zhoumin', '周敏', 'accountant', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  await provider?.stop()
})

const at = (path) => `/projects/${project}${path}`
const paid = async (n) => (await cashier.api.post(at('/receipts'), { room_id: rooms[`1栋1单元${n}01`], expected_owed: due, pays: [{ method: 'cash', amount: due }] })).body
const invoices = async () => (await boss.get(at('/invoices?limit=50'))).body.items

async function open(who, path, options) {
  const p = await seed.pageOf(browser, linli.origin, who.api, options)
  await p.page.goto(`/p/${project}${path}`)
  return p
}

test('[F10] the seller, the provider and the tax of each fee are set for invoices 发票; until then nothing offers one', async () => {
  const receipt = await paid(1)
  const c = await open(cashier, `/receipts/${receipt.id}`)
  await c.page.getByRole('button', { name: /打印|补打/ }).first().waitFor()
  await c.settled()
  assert.equal(await c.page.getByRole('button', { name: '开票' }).count(), 0)
  await c.close()

  const p = await open(accountant, '/invoice-setting')
  p.expect(/422/) // the wrong tax number
  await p.page.getByLabel('销方名称').fill('杭州翠湖物业服务有限公司')
  await p.page.getByLabel('纳税人识别号').fill('91330106MA2CEXAM6A')
  await p.page.getByLabel('平台地址').fill(provider.origin)
  await p.page.getByLabel('账号', { exact: true }).fill('rehearsal')
  await p.page.getByLabel('密钥', { exact: true }).fill('rehearsal-invoice-secret')
  await p.page.getByRole('button', { name: '保存开票资料' }).click()
  await p.page.getByText('末位是校验码').waitFor()
  await p.page.getByLabel('纳税人识别号').fill('91330106MA2CEXAM6D')
  await p.page.getByRole('button', { name: '保存开票资料' }).click()
  await p.page.getByText('已保存', { exact: true }).waitFor()
  await p.page.getByRole('button', { name: '设税率 物业服务费' }).click()
  const form = p.page.getByRole('dialog', { name: '物业服务费的税率' })
  await form.getByLabel('税收分类编码').fill('3040801010000000000')
  await form.getByLabel('编码简称').fill('企业管理服务')
  await shot(p.page, 'invoice-tax')
  await form.getByRole('button', { name: /^保存税率/ }).click()
  await form.waitFor({ state: 'hidden' })
  await p.page.getByText('3040801010000000000').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'invoice-setting', { keep: 'guide/pages/invoice-setting' })
  const stored = (await accountant.api.get(at('/invoice-seller'))).text
  assert.ok(!stored.includes('rehearsal-invoice-secret'), 'the secret came back')
  await p.close()
})

test('[F6] [F10] an invoice 发票 is asked for from a receipt, issued with its number and tax to the fen, and opened as PDF', async () => {
  const [receipt] = (await cashier.api.get(at(`/receipts?room_id=${rooms['1栋1单元101']}`))).body.items
  const c = await open(cashier, `/receipts/${receipt.id}`)
  await c.page.getByRole('button', { name: '开票' }).click()
  const form = c.page.getByRole('dialog', { name: '申请开票' })
  await form.getByText('单位', { exact: true }).click()
  await form.getByLabel('名称', { exact: true }).fill('杭州某某贸易有限公司')
  await form.getByLabel('纳税人识别号').fill('91330100799655058b')
  await shot(c.page, 'invoice-ask', { keep: 'guide/pages/invoice-ask' })
  await assertAccessible(c.page)
  await form.getByRole('button', { name: /^申请开票/ }).click()
  await c.page.getByText('已提出开票申请').waitFor()
  await c.page.getByText('待开票').waitFor()
  await shot(c.page, 'invoice-receipt')
  await c.close()

  const p = await open(accountant, '/invoices')
  const row = p.page.getByRole('row', { name: /杭州某某贸易有限公司/ })
  await row.getByText('332.83').waitFor()
  await row.getByText('19.97').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'invoices-asked')
  await row.getByRole('button', { name: '开票' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: '开票' }).click()
  const issued = await until(async () => (await invoices())[0], (v) => v.state === 'issued' && v.has_file)
  assert.match(issued.number, /^\d{20}$/)
  assert.deepEqual([issued.net, issued.tax, issued.gross, issued.buyer.tax_no], [33_283, 1_997, due, '91330100799655058B'])
  await p.page.goto(`/p/${project}/invoices?state=issued`)
  await p.page.getByRole('row', { name: new RegExp(issued.number) }).getByRole('link', { name: '打开' }).waitFor()
  await shot(p.page, 'invoices', { keep: 'guide/pages/invoices' })
  const file = await accountant.api.get(at(`/invoices/${issued.id}/file`))
  assert.equal(file.headers.get('content-type'), 'application/pdf')
  assert.match(file.text, /^%PDF-/)
  const books = await (await fetch(`${provider.origin}/invoices`)).json()
  assert.deepEqual(books.map((e) => e.number), [issued.number])
  await p.close()
  const dark = await open(accountant, '/invoices?state=all', { theme: 'dark' })
  await dark.page.getByRole('row', { name: new RegExp(issued.number) }).waitFor()
  await assertAccessible(dark.page)
  await shot(dark.page, 'invoices-dark')
  await dark.close()
})

test('[F10] the titles 抬头 of a payer stand on his record: one is put right though somebody else has changed it meanwhile, put away, and what was issued keeps its own', async () => {
  const p = await open(accountant, '/people')
  p.expect(/(409 \(Conflict\)|422 \(Unprocessable).*\/invoice-titles\//)
  await p.page.getByRole('button', { name: '住户甲' }).click()
  const record = p.page.getByRole('dialog', { name: '住户甲' })
  const card = record.getByRole('region', { name: '发票抬头' })
  await card.getByText('91330100799655058B').waitFor()
  assert.equal(await record.getByRole('textbox').count(), 0, 'whoever may not change a person is shown no fields')
  await card.getByRole('button', { name: '改抬头 杭州某某贸易有限公司' }).click()
  const form = p.page.getByRole('dialog', { name: '改抬头 杭州某某贸易有限公司' })
  await form.getByLabel('纳税人识别号').fill('91330100799655058A')
  await form.getByRole('button', { name: /^保存抬头/ }).click()
  await form.getByText('末位是校验码').waitFor()
  await form.getByLabel('纳税人识别号').fill('91330106MA2CEXAM6D')
  const payer = (await boss.get(at('/people?q=住户甲'))).body.items[0].id
  const titles = async () => (await boss.get(at(`/invoice-titles?payer_id=${payer}`))).body.items
  const [old] = await titles()
  await boss.patch(at(`/invoice-titles/${old.id}`), { title: { name: old.name, company: true, tax_no: old.tax_no, phone: '0571-8888' }, active: true, version: old.version })
  await form.getByRole('button', { name: /^保存抬头/ }).click()
  await form.getByText('这个抬头刚被别人改过').waitFor()
  assert.deepEqual([await form.getByLabel('电话').inputValue(), await form.getByLabel('纳税人识别号').inputValue()], ['0571-8888', '91330106MA2CEXAM6D'])
  await assertAccessible(p.page)
  await shot(p.page, 'invoice-title')
  await form.getByRole('button', { name: /^保存抬头/ }).click()
  await form.waitFor({ state: 'hidden' })
  await card.getByText('91330106MA2CEXAM6D').waitFor()
  await shot(p.page, 'invoice-titles')
  assert.deepEqual((await titles()).map((x) => [x.tax_no, x.phone]), [['91330106MA2CEXAM6D', '0571-8888']])
  assert.equal((await invoices())[0].buyer.tax_no, '91330100799655058B', 'what was issued stays')

  await card.getByRole('button', { name: '改抬头 杭州某某贸易有限公司' }).click()
  await form.getByRole('button', { name: '停用抬头' }).click()
  const sure = p.page.getByRole('dialog', { name: '停用抬头“杭州某某贸易有限公司”？' })
  await sure.getByRole('button', { name: '停用抬头' }).click()
  await sure.waitFor({ state: 'hidden' })
  await card.getByText('还没有抬头').waitFor()
  assert.deepEqual(await titles(), [])
  await p.page.keyboard.press('Escape')
  await p.page.getByRole('dialog', { name: '住户甲' }).waitFor({ state: 'hidden' })
  await p.page.getByRole('button', { name: '住户乙' }).click()
  await p.page.getByRole('dialog', { name: '住户乙' }).getByRole('button', { name: '新抬头' }).click()
  const fresh = p.page.getByRole('dialog', { name: '新抬头' })
  await fresh.getByLabel('名称', { exact: true }).fill('住户已')
  await fresh.getByRole('button', { name: /^记下抬头/ }).click()
  await p.page.getByRole('button', { name: '改抬头 住户已' }).waitFor()
  await p.close()
})

test('[F12] a receipt with an invoice 发票 is not taken back before a red one; a lost answer never makes a second invoice', async () => {
  const receipt = await paid(2)
  await fetch(`${provider.origin}/orders`, { method: 'POST', body: JSON.stringify({ lose: 1 }) })
  const c = await open(accountant, `/receipts/${receipt.id}`)
  await c.page.getByRole('button', { name: '开票' }).click()
  const form = c.page.getByRole('dialog', { name: '申请开票' })
  await form.getByRole('button', { name: '改这个抬头' }).click()
  const title = c.page.getByRole('dialog', { name: '改抬头 住户已' })
  await title.getByLabel('名称', { exact: true }).fill('住户乙')
  await title.getByRole('button', { name: /^保存抬头/ }).click()
  await title.waitFor({ state: 'hidden' })
  await form.getByLabel('抬头', { exact: true }).locator('option', { hasText: '住户乙' }).waitFor({ state: 'attached' })
  await shot(c.page, 'invoice-ask-title')
  await form.getByRole('button', { name: /^开票/ }).click()
  await c.page.getByText('发票正在开').waitFor()
  await c.close()
  const issued = await until(async () => (await invoices())[0], (v) => v.state === 'issued')
  const books = await (await fetch(`${provider.origin}/invoices`)).json()
  assert.equal(books.filter((e) => e.request.buyer.name === '住户乙').length, 1)
  const refused = await cashier.api.post(at(`/receipts/${receipt.id}/void`), { reason: '收错' }, { status: 409 })
  assert.match(refused.text, new RegExp(`已开发票 ${issued.number}，请财务先红冲发票`))

  const p = await open(accountant, '/invoices?state=issued')
  const row = p.page.getByRole('row', { name: new RegExp(`住户乙.*${issued.number}`) })
  await row.getByRole('button', { name: '红冲' }).click()
  const sure = p.page.getByRole('dialog', { name: `红冲发票 ${issued.number}？` })
  await sure.getByRole('button', { name: '退款' }).click()
  await sure.getByRole('button', { name: /^红冲/ }).click()
  await sure.waitFor({ state: 'hidden' })
  await eventually(async () => assert.equal((await invoices()).find((v) => v.id === issued.id).state, 'reversed'))
  await cashier.api.post(at(`/receipts/${receipt.id}/void`), { reason: '收错' })
  await p.page.goto(`/p/${project}/invoices?state=all`)
  await p.page.getByRole('row', { name: /红字普票/ }).getByText(/^[-−]352\.80$/).waitFor()
  await shot(p.page, 'invoices-red')
  await p.close()
})
