// The acquirer's file of the card terminals against the counter: only what
// differs is shown, and money that nobody took becomes a receipt.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, cashier, accountant, project, rooms, lost

const room = (n) => rooms[`1栋1单元${n}01`]
/** Takes money by card at the counter, with what stands on the slip. */
async function swiped(n, amount, reference) {
  const seat = (await cashier.api.get(`/projects/${project}/counter/${room(n)}`)).body
  const pays = [{ method: 'card', amount, reference, terminal: '10086001', last4: '1234' }]
  return (await cashier.api.post(`/projects/${project}/receipts`, { room_id: room(n), expected_owed: seat.owed, pays, confirmed: true })).body
}
const line = (voucher, reference, amount, kind = '消费') => `10086001,000012,${voucher},${reference},622202******1234,${amount},0.60,${kind},${seed.today()} 00:00:0${voucher}\n`

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [1, 2, 3].map((n) => ({ building: '1', room: `${n}01`, area: 89.3, owner: `住户${'甲乙丙'[n - 1]}`, phone: `1380571570${n}` })))
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  accountant = await seed.staff(boss, linli.origin, 'chenjing', '陈静', 'accountant', project)
  await swiped(1, 10000, '261121000001')
  await swiped(1, 20000, '000002')
  lost = await swiped(2, 30000, '261121000003')
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

test('[F9] the card terminals’ file is matched by reference, then voucher and amount; each exception has its remedy', async () => {
  const p = await seed.pageOf(browser, linli.origin, accountant.api, { theme: 'dark' })
  await p.page.goto(`/p/${project}/reconcile`)
  await p.page.getByRole('radio', { name: '刷卡' }).click()
  await p.page.getByText('还没有导入过刷卡对账文件').waitFor()
  const text = `商户交易明细\n终端号,批次号,凭证号,检索参考号,卡号,交易金额,手续费,交易类型,交易日期时间\n${line('1', '261121000001', '100.00')}${line('2', '261121000002', '200.00')}${line('4', '261121000004', '50.00')}`
  const file = { name: '刷卡.csv', mimeType: 'text/csv', buffer: Buffer.from(text) }
  await p.page.locator('input[type=file]').setInputFiles(file)
  await p.page.getByText('新增 3 笔。2 处差异待处理').waitFor()
  await p.page.locator('input[type=file]').setInputFiles(file)
  await p.page.getByText('新增 0 笔；3 笔以前导入过。2 处差异待处理').waitFor()
  await p.page.getByRole('cell', { name: '2 处待处理' }).waitFor()
  await p.settled()
  await assertAccessible(p.page)
  await shot(p.page, 'cards-dark')
  await p.page.getByRole('link', { name: seed.today() }).click()
  await p.page.getByRole('heading', { level: 1, name: `${seed.today()} 刷卡对账` }).waitFor()
  const row = (what) => p.page.getByRole('row').filter({ hasText: what })
  await row('刷卡机已收，这里没有收款').getByText('50.00').waitFor()
  await row('这里已收，对账文件没有').getByRole('link', { name: lost.number }).waitFor()
  await p.page.evaluate(() => { document.documentElement.dataset.theme = 'light' })
  await p.settled()
  await assertAccessible(p.page)
  await shot(p.page, 'cards-day')

  await row('刷卡机已收').getByRole('button', { name: '补记收款' }).click()
  const dialog = p.page.getByRole('dialog', { name: '收款 ¥50.00' })
  await dialog.getByRole('combobox', { name: '哪户交的' }).fill('301')
  await p.page.getByRole('option', { name: '1栋1单元301' }).click()
  await dialog.getByText(/1栋1单元301 现在欠 ¥0.00/).waitFor()
  p.expect(/422/)
  await dialog.getByRole('button', { name: '补记收款' }).click()
  await dialog.getByRole('checkbox', { name: '金额没有错，仍要收款' }).check()
  await shot(p.page, 'cards-take')
  await dialog.getByRole('button', { name: '补记收款' }).click()
  await row('刷卡机已收').waitFor({ state: 'detached' })
  const taken = (await cashier.api.get(`/projects/${project}/receipts?room_id=${room(3)}&limit=5`)).body.items
  assert.deepEqual(taken.map((r) => [r.amount, r.pays[0].method, r.pays[0].reference, r.pays[0].terminal]), [[5000, 'card', '261121000004', '10086001']])

  // The one that was never charged is made void at the counter; matching again ends its difference.
  await cashier.api.post(`/projects/${project}/receipts/${lost.id}/void`, { reason: '没有刷成' })
  await p.page.getByRole('button', { name: '重新核对' }).click()
  await p.page.getByText('差异都处理过了').waitFor()
  await p.page.getByText('平', { exact: true }).waitFor()
  await p.page.getByRole('link', { name: '已消除' }).click()
  await row('这里已收，对账文件没有').waitFor()
  await p.close()
})
