// The reconciliation with the channel's bill: what the callbacks of a day lost
// is credited, only differences are shown, each with its remedy.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { until } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const due = 25004
const mchid = '1900000109'
// The bill of the day before yesterday is there at any hour.
const day = new Date(Date.now() + 8 * 3600_000 - 2 * 86_400_000).toISOString().slice(0, 10)
const empty = new Date(Date.now() + 8 * 3600_000 - 5 * 86_400_000).toISOString().slice(0, 10)
let street, linli, browser, boss, cashier, accountant, project, rooms, orders

const said = (pattern) => pattern.exec(street.log())[1]
const channel = async (path, body) => {
  const res = await fetch(`${street.origin}${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  assert.equal(res.status, 204, await res.text())
}
const room = (n) => rooms[`1栋1单元${n}01`]
const receipts = async (n) => (await cashier.api.get(`/projects/${project}/receipts?room_id=${room(n)}&limit=50`)).body.items
const order = async (id) => (await cashier.api.get(`/projects/${project}/orders/${id}`)).body

/** Asks a room for all it owes and pays at once on the payer's telephone. */
async function paid(n, credited) {
  const made = (await cashier.api.post(`/projects/${project}/orders`, { channel: 'wechat', room_id: room(n), amount: due, expected_owed: due })).body
  const open = await until(() => order(made.id), (o) => o.state === 'waiting')
  const res = await fetch(`${street.origin}/pay/${new URL(open.code).searchParams.get('pr')}`, { method: 'POST', body: new URLSearchParams({ do: 'pay' }) })
  assert.match(await res.text(), /支付成功/)
  if (credited) await until(() => order(made.id), (o) => o.state === 'paid')
  return open
}

before(async () => {
  street = await startLinli({ args: ['sim', 'wechat', '--addr', '127.0.0.1:0', '--file', '', mchid] })
  linli = await startLinli({ env: { LINLI_WECHAT: street.origin } })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, Array.from({ length: 4 }, (_, n) => ({ building: '1', room: `${n + 1}01`, area: 89.3, owner: `住户${'甲乙丙丁'[n]}`, phone: `1380571570${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', price: 2.8 })
  await seed.released(boss, project, seed.month())
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  accountant = await seed.staff(boss, linli.origin, 'chenjing', '陈静', 'accountant', project)
  await boss.put(`/projects/${project}/merchants/wechat`, {
    number: mchid, app: said(/AppID (\S+)/), serial: said(/证书序列号 (\S+)/), platform_serial: said(/公钥 ID (\S+)/), api_key: said(/密钥 (\S+)/),
    platform_key: said(/(-----BEGIN PUBLIC KEY-----[^]+?-----END PUBLIC KEY-----)/), private_key: said(/(-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----)/), active: true, version: 0,
  })
  orders = [await paid(1, true), await paid(2, true), await paid(3, true)]
  // From now on no callback arrives and queries do not know either.
  await channel('/faults', { drop: true, hide: true })
  orders.push(await paid(4, false))
  await channel('/books', { number: orders[1].number, total: 25000 })
  await channel('/books', { number: orders[2].number, refund: 1000 })
  await channel('/books', { bare: true, merchant: mchid, number: 'PAPER-0001', total: 8800 })
  await channel('/books', { age_days: 2 })
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  await street?.stop()
})

const open = async (path, options) => {
  const p = await seed.pageOf(browser, linli.origin, accountant.api, options)
  await p.page.goto(`/p/${project}/${path}`)
  return p
}
async function fetchDay(page, which) {
  await page.getByRole('button', { name: '取账单', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: '取哪一天的账单' })
  await dialog.getByRole('combobox', { name: '账单日' }).fill(which)
  await dialog.getByRole('combobox', { name: '账单日' }).press('Enter')
  await dialog.getByRole('button', { name: '取账单并对账' }).click()
  await page.getByRole('heading', { level: 1, name: `${which} 对账` }).waitFor()
}

/** Takes an action of a row that stands behind 更多. */
async function moreOf(row, name) {
  await row.getByRole('button', { name: /^更多/ }).click()
  await row.page().getByRole('menuitem', { name, exact: true }).click()
}

test('[F9] the bill of a day is fetched: what callbacks lost is credited, only differences are shown', async () => {
  assert.equal((await receipts(4)).length, 0)
  const p = await open('reconcile')
  await p.page.getByText('还没有对账记录').waitFor()
  await fetchDay(p.page, day)
  await p.page.locator('h1 + .tag', { hasText: '有差异' }).waitFor()
  for (const kind of ['金额不符', '渠道退过款，这里没有退款', '渠道已收，这里没有这笔订单']) await p.page.getByRole('cell', { name: kind }).waitFor()
  await p.settled()
  await assertAccessible(p.page)
  await shot(p.page, 'reconcile-day')
  assert.equal(await p.page.locator('tbody tr').count(), 3)
  const [r, more] = await receipts(4)
  assert.equal(more, undefined)
  assert.deepEqual([r.amount, r.pays[0].method], [due, 'wechat'])
  await p.page.getByRole('link', { name: '已处理' }).click()
  await p.page.getByText('自动对账：补记到账').waitFor()
  await p.close()
})

test('[F9] every difference is dealt with by its own remedy, and the day is even', async () => {
  const p = await open('reconcile', { theme: 'dark' })
  await p.page.getByRole('link', { name: '待处理的差异' }).click()
  const row = (kind) => p.page.getByRole('row').filter({ hasText: kind })
  await row('金额不符').getByRole('button', { name: '挂账待查' }).click()
  const dialog = p.page.getByRole('dialog')
  await dialog.getByRole('button', { name: /挂账待查/ }).click()
  await dialog.getByText('请写明原因').waitFor()
  await dialog.getByRole('textbox').fill('已向微信查询，差 0.04 元')
  await shot(p.page, 'reconcile-remedy-dark')
  await dialog.getByRole('button', { name: /挂账待查/ }).click()
  await row('金额不符').waitFor({ state: 'detached' })
  await p.page.getByRole('link', { name: day }).first().click()
  await p.page.getByRole('heading', { level: 1, name: `${day} 对账` }).waitFor()
  await row('渠道退过款').getByRole('button', { name: '确认由渠道退回' }).click()
  await p.page.getByRole('dialog').getByRole('textbox').fill('商户平台已退 10 元')
  await p.page.getByRole('dialog').getByRole('button', { name: /^确认由渠道退回 ¥[\d,.]+/ }).click()
  await row('渠道退过款').waitFor({ state: 'detached' })
  await row('没有这笔订单').first().getByRole('button', { name: '登记为待查' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: '登记为待查' }).click()
  await p.page.getByText('差异都处理过了').waitFor()
  await p.page.locator('h1 + .tag', { hasText: '平' }).waitFor()
  await shot(p.page, 'reconcile-even-dark')
  const list = (await boss.get(`/projects/${project}/refund-candidates?state=open`)).body.items
  assert.deepEqual(list.map((x) => [x.amount, x.why, x.number]), [[8800, 'unknown', 'PAPER-0001']])
  // Fetched again nothing comes back and nothing is booked twice.
  await p.page.getByRole('button', { name: '重新取账单' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: '取账单并对账' }).click()
  await until(async () => (await boss.get(`/projects/${project}/statements`)).body.items, ([s]) => s.state === 'even' && s.differences === 4 && s.open === 0)
  assert.equal((await receipts(4)).length, 1)
  await p.close()
})

test('[F9] a bill that does not come says why, and is fetched again', async () => {
  await channel('/faults', { busy: true })
  const p = await open('reconcile')
  await fetchDay(p.page, empty)
  await p.page.getByRole('alert').filter({ hasText: '账单还没有取到' }).waitFor()
  await shot(p.page, 'reconcile-waiting')
  await channel('/faults', {})
  await p.page.getByRole('button', { name: '重新取账单' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: '取账单并对账' }).click()
  await p.page.getByText('这一天已对平').waitFor()
  await p.page.goto(`/p/${project}/reconcile`)
  await p.page.getByRole('link', { name: empty }).waitFor()
  await p.settled()
  await shot(p.page, 'reconcile-list', { keep: 'guide/pages/reconcile' })
  await p.page.getByRole('button', { name: '导出' }).click()
  await p.page.getByText(/已导出|已保存|导出了/).first().waitFor()
  await cashier.api.get(`/projects/${project}/statements`, { status: 403 })
  await p.close()
})

test('[F9] a bank statement is imported once: a row becomes a receipt, another stays to be looked into', async () => {
  const text = `网银明细\n交易日期,贷方发生额,对方户名,交易附言,交易流水号\n${seed.today()},300.00,住户甲,预存物业费 1栋1单元101,LS0001\n${seed.today()},0.35,,结息,LS0002\n`
  const p = await open('bank', { theme: 'dark' })
  const file = { name: '明细.csv', mimeType: 'text/csv', buffer: Buffer.from(text) }
  await p.page.getByText('没有待确认的流水').waitFor()
  await p.page.locator('input[type=file]').setInputFiles(file)
  await p.page.getByText('新增收入 2 笔，其中 1 笔找到了房屋').waitFor()
  await p.page.locator('input[type=file]').setInputFiles(file)
  await p.page.getByText('2 笔以前导入过').waitFor()
  const row = (what) => p.page.getByRole('row').filter({ hasText: what })
  await row('LS0001').getByText('1栋1单元101（附言里的房号）').waitFor()
  await p.settled()
  await assertAccessible(p.page)
  await shot(p.page, 'bank-dark')
  await p.page.evaluate(() => { document.documentElement.dataset.theme = 'light' })
  await shot(p.page, 'bank', { keep: 'guide/pages/bank' })
  await row('LS0002').getByRole('button', { name: '待查' }).click()
  await p.page.getByRole('dialog').getByRole('textbox').fill('结息，待核对')
  await p.page.getByRole('dialog').getByRole('button', { name: /^登记待查 ¥[\d,.]+/ }).click()
  await row('LS0002').waitFor({ state: 'detached' })
  await row('LS0001').getByRole('button', { name: '确认收款' }).click()
  const dialog = p.page.getByRole('dialog', { name: '收款 ¥300.00' })
  await dialog.getByText(/1栋1单元101 现在欠 ¥0.00/).waitFor()
  p.expect(/422/)
  await dialog.getByRole('button', { name: '确认收款 ¥300.00' }).click()
  await dialog.getByText(/这户没有欠费/).waitFor()
  await dialog.getByRole('checkbox', { name: '金额没有错，仍要收款' }).check()
  await shot(p.page, 'bank-take')
  await dialog.getByRole('button', { name: '确认收款' }).click()
  await p.page.getByText('没有待确认的流水').waitFor()
  const list = await receipts(1)
  assert.deepEqual(list.map((r) => [r.amount, r.pays[0].method, r.pays[0].reference]).filter(([, method]) => method === 'transfer'), [[30000, 'transfer', 'LS0001']])
  await p.close()
})

test('[F9] [F10] what a channel has settled, and cash, lie in the bank once the row of the statement says so', async () => {
  const account = async (name) => ((await accountant.api.get(`/projects/${project}/reports/standing`)).body.balances.find((b) => b.name === name)?.amount ?? 0)
  const before = [await account('银行存款'), await account('其他货币资金')]
  const p = await open('bank')
  const file = { name: '结算.csv', mimeType: 'text/csv', buffer: Buffer.from(`交易日期,贷方发生额,对方户名,交易附言,交易流水号\n${seed.today()},1.00,财付通支付科技有限公司,商户结算款,JS0001\n`) }
  await p.page.locator('input[type=file]').setInputFiles(file)
  const row = p.page.getByRole('row').filter({ hasText: 'JS0001' })
  await moreOf(row, '无关')
  const dialog = p.page.getByRole('dialog', { name: '不是住户交的：¥1.00' })
  await dialog.getByRole('radio', { name: '渠道结算', checked: true }).waitFor()
  await dialog.getByRole('button', { name: '微信结算款' }).click()
  await assertAccessible(p.page)
  await shot(p.page, 'bank-settled')
  await dialog.getByRole('button', { name: /登记渠道结算/ }).click()
  await row.waitFor({ state: 'detached' })
  assert.deepEqual([await account('银行存款'), await account('其他货币资金')], [before[0] + 100, before[1] - 100])
  // From the balance to the posting, from there to the row of the statement, under the state that it has by now.
  await p.page.goto(`/p/${project}/reports`)
  await p.page.locator('.pair', { hasText: '银行存款' }).first().getByRole('link').click()
  await p.page.getByRole('row', { name: /转入银行/ }).getByRole('link', { name: '转入银行' }).first().click()
  await row.waitFor()
  assert.equal(await p.page.getByRole('table').getByRole('button', { name: '撤回' }).count(), 1, 'one row, and not the list it is in')
  await p.page.locator('nav.tabs a[aria-current=page]', { hasText: '渠道结算' }).waitFor()
  // What a channel kept leads to its bill.
  await p.page.goto(`/p/${project}/reports`)
  await p.page.getByRole('region', { name: '收支利润' }).getByRole('row', { name: /渠道手续费/ }).getByRole('link').last().click()
  await p.page.getByRole('heading', { level: 1, name: '渠道手续费' }).waitFor()
  await p.page.getByRole('link', { name: '渠道手续费' }).first().click()
  await p.page.getByRole('heading', { level: 1, name: '渠道收款报表' }).waitFor()
  await p.page.goto(`/p/${project}/bank`)
  await p.page.getByRole('link', { name: '渠道结算' }).click()
  await row.getByRole('button', { name: '撤回' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: '撤回' }).click()
  await p.page.getByText('没有登记渠道结算的流水').waitFor()
  assert.deepEqual([await account('银行存款'), await account('其他货币资金')], before)
  await p.page.getByRole('link', { name: '待确认' }).click()
  await moreOf(row, '无关')
  await dialog.getByRole('radio', { name: '与收费无关' }).click()
  await dialog.getByRole('button', { name: '不是物业收费' }).click()
  await dialog.getByRole('button', { name: /与收费无关/ }).last().click()
  await row.waitFor({ state: 'detached' })
  await p.close()
})

test('[F9] what nobody knows 待查 stands in the book until it is sent back or taken: 其他应付款—待查款项', async () => {
  const suspense = async () => {
    const { balances } = (await accountant.api.get(`/projects/${project}/reports/standing`)).body
    return balances.find((b) => b.name === '其他应付款—待查款项').amount
  }
  assert.equal(await suspense(), 35)
  const p = await open('bank?state=held')
  const row = (what) => p.page.getByRole('row').filter({ hasText: what })
  await p.page.getByText('待查 1 笔共 ¥0.35').waitFor()
  await p.settled()
  await assertAccessible(p.page)
  await shot(p.page, 'bank-held')
  await row('LS0002').getByRole('button', { name: '退回' }).click()
  const back = p.page.getByRole('dialog', { name: '退回付款人：¥0.35' })
  await back.getByRole('button', { name: /登记退回/ }).click()
  await back.getByText('请写明怎么退的').waitFor()
  await back.getByRole('textbox', { name: '怎么退的' }).fill('网银退回原账号')
  await shot(p.page, 'bank-return')
  await back.getByRole('button', { name: /登记退回/ }).click()
  await p.page.getByText('没有待查的流水').waitFor()
  assert.equal(await suspense(), 0)
  await p.page.getByRole('link', { name: '已退回' }).click()
  await row('LS0002').getByText(/退回：网银退回原账号/).waitFor()
  await row('LS0002').getByRole('button', { name: '撤回' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: '撤回' }).click()
  await p.page.getByText('没有退回的流水').waitFor()
  await p.page.getByRole('link', { name: '待确认' }).click()
  await moreOf(row('LS0002'), '无关')
  await p.page.getByRole('dialog').getByRole('button', { name: '银行结息' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: /与收费无关/ }).click()
  await p.page.getByText('没有待确认的流水').waitFor()
  assert.equal(await suspense(), 0)
  await p.close()
})

test('[F10] the report of channels 渠道收款报表 sums what the bills say, fees included, and leaves as a table', async () => {
  const p = await open('reconcile')
  await p.page.getByRole('link', { name: '渠道收款报表' }).click()
  await p.page.goto(`/p/${project}/reconcile/sums?days=custom&from=${empty}&until=${day}`)
  const row = p.page.getByRole('row').filter({ hasText: mchid })
  const [sum] = (await accountant.api.get(`/projects/${project}/statements/sums?from=${empty}&until=${day}`)).body.items
  assert.equal(sum.net, sum.amount - sum.refunds - sum.fee)
  for (const fen of [sum.amount, sum.refunds, sum.net]) await row.getByText(seed.yuan(fen), { exact: true }).first().waitFor()
  await p.page.getByText('合计 1 个商户').waitFor()
  await p.settled()
  await assertAccessible(p.page)
  await shot(p.page, 'channel-sums')
  const [made] = await Promise.all([p.page.waitForEvent('download'), p.page.getByRole('button', { name: '导出' }).click()])
  assert.match(made.suggestedFilename(), /渠道收款报表/)
  await p.page.goto(`/p/${project}/reconcile/sums?days=custom&from=2020-01-01&until=2020-01-31`)
  await p.page.getByText('这段时间没有对完的渠道账单').waitFor()
  await p.close()
})
