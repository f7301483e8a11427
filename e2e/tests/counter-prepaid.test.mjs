// Small change and money put by: cash that comes in whole yuan, and prepaid
// money that may pay one fee only, both as a clerk meets them at the counter.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, cashier, manager, project, rooms, water

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [1, 2].map((n) => ({ building: '1', room: `${n}01`, area: 89.3, owner: `住户${'甲乙'[n - 1]}`, phone: `1380571580${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', basis: 'fixed', price: 201.37 })
  water = await seed.fee(boss, project, { name: '二次供水费', basis: 'fixed', price: 50 })
  await seed.released(boss, project, seed.month(-1))
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  manager = await seed.staff(boss, linli.origin, 'qianmin', '钱敏', 'manager', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const room = (n) => rooms[`1栋1单元${n}01`]
const receipts = async (n) => (await cashier.api.get(`/projects/${project}/receipts?room_id=${room(n)}&limit=50`)).body.items
const owed = async (n) => (await cashier.api.get(`/projects/${project}/counter/${room(n)}`)).body.owed

async function counter(n, theme = 'light') {
  const p = await seed.pageOf(browser, linli.origin, cashier.api, { theme })
  await p.page.addInitScript(() => localStorage.setItem('linli.receipt.print', '0'))
  await p.page.goto(`/p/${project}/counter/${room(n)}`)
  await p.page.getByRole('button', { name: /^收款/ }).waitFor()
  return { p, page: p.page, done: p.page.getByRole('region', { name: '已收款' }), amount: p.page.getByRole('textbox', { name: /实收现金|刷卡金额|转账金额/ }) }
}

test('[F7] cash comes in whole yuan: said before, one line on the receipt, taken back with it, summed in the shift', async () => {
  const desk = await seed.pageOf(browser, linli.origin, manager.api)
  await desk.page.goto(`/p/${project}/counter-setting`)
  await desk.page.getByRole('radio', { name: '抹到元' }).click()
  await desk.page.getByRole('button', { name: '保存收银设置' }).click()
  await desk.page.getByText('已保存，下一笔收款起生效').waitFor()
  await desk.close()

  let c = await counter(1)
  await c.page.getByRole('checkbox', { name: '抹零 0.37，实收 251.00' }).waitFor()
  await c.page.getByRole('button', { name: '收款 ¥251.00' }).waitFor()
  await shot(c.page, 'counter-rounding')
  // By card nothing is let go, and the clerk may take the cash to the fen.
  await c.page.getByRole('radio', { name: /刷卡/ }).click()
  await c.page.getByRole('button', { name: '收款 ¥251.37' }).waitFor()
  assert.equal(await c.page.getByRole('checkbox', { name: /抹零/ }).count(), 0)
  await c.page.getByRole('radio', { name: /现金/ }).click()
  await c.page.getByRole('checkbox', { name: /抹零/ }).click()
  await c.page.getByRole('button', { name: '收款 ¥251.37' }).waitFor()
  await c.page.getByRole('checkbox', { name: '抹零 0.37，实收 251.00' }).click()
  await c.amount.fill('300')
  await c.amount.press('Enter')
  await c.done.getByText('请找零').waitFor()
  await c.done.getByText('−0.37').waitFor()
  await shot(c.page, 'counter-rounded')
  let [r] = await receipts(1)
  assert.deepEqual([r.amount, r.rounded, r.tendered, r.change, r.owed_after, r.lines.reduce((sum, l) => sum + l.amount, 0)], [25100, 37, 30000, 4900, 0, 25137])
  const paper = await c.page.request.get(`${linli.origin}/api/v1/projects/${project}/receipts/${r.id}/print?paper=80`)
  assert.match(await paper.text(), /抹零[\s\S]*-0\.37[\s\S]*应收 251\.37，实收 251\.00[\s\S]*贰佰伍拾壹元整/)

  // Made void, all of it is owed again; then it is taken again.
  await c.done.getByRole('button', { name: /作废/ }).click()
  const dialog = c.page.getByRole('dialog')
  await dialog.getByRole('textbox').fill('收错一户')
  await dialog.getByRole('button', { name: '作废收据' }).click()
  await c.page.getByText(/已作废，2 项恢复欠费/).waitFor()
  assert.equal(await owed(1), 25137)
  await c.page.getByRole('button', { name: '收款 ¥251.00' }).click()
  await c.done.waitFor()
  ;[r] = await receipts(1)
  await c.page.goto(`/p/${project}/receipts/${r.id}`)
  await c.page.getByRole('row', { name: /抹零.*−0\.37/ }).waitFor()
  await shot(c.page, 'receipt-rounded')

  const mine = (await cashier.api.get(`/projects/${project}/my-shift`)).body.shift
  await c.page.goto(`/p/${project}/shift`)
  await c.page.getByLabel('100 元', { exact: true }).fill('2')
  await c.page.getByLabel('50 元', { exact: true }).fill('1')
  await c.page.getByLabel('1 元', { exact: true }).fill('1')
  await c.page.keyboard.press('Control+Enter')
  await c.page.getByText('账款相符').first().waitFor()
  await c.page.getByRole('row', { name: /抹零.*0\.37/ }).waitFor()
  await shot(c.page, 'shift-rounded')
  const shift = (await cashier.api.get(`/projects/${project}/shifts/${mine.id}`)).body
  assert.deepEqual([shift.income, shift.expected, shift.rounded], [25100, 25100, 37])
  await c.p.close()
})

test('[F7] [F12] money put by for one fee pays the next bill of that fee only', async () => {
  let c = await counter(2)
  c.p.expect(/422/)
  await c.amount.fill('900')
  await c.page.keyboard.press('F8') // no change: the rest is prepaid
  await c.page.getByLabel('预存用途').selectOption({ label: '只抵二次供水费' })
  await c.page.getByRole('button', { name: /^收款 ¥900\.00/ }).click()
  await c.page.getByText(/请核对后确认/).first().waitFor()
  await c.page.keyboard.press('Control+Enter') // as much is meant; it is more than twelve months
  await c.page.getByText(/本项目最多预缴 12 个月，二次供水费专用预存还可存 600\.00 元，多的可以存为通用预存/).waitFor()
  await shot(c.page, 'counter-aside-capped')
  await c.amount.fill('700')
  await shot(c.page, 'counter-aside-take')
  await c.page.getByRole('button', { name: /^收款 ¥700\.00/ }).click()
  await c.done.waitFor()
  const [first] = await receipts(2)
  assert.deepEqual([first.to_prepay, first.prepay_name, first.rounded], [70000 - 25137, '二次供水费', 0])
  await c.page.goto(`/p/${project}/households/${room(2)}`)
  await c.page.getByText(`二次供水费专用 ${seed.yuan(first.to_prepay)}`).waitFor()
  await shot(c.page, 'household-aside')
  await c.p.close()

  await seed.released(boss, project, seed.month())
  c = await counter(2)
  await c.page.getByText(`二次供水费专用 ${seed.yuan(first.to_prepay)}`).first().waitFor()
  await c.page.getByRole('checkbox', { name: /用预存抵扣 50\.00/ }).waitFor()
  await shot(c.page, 'counter-aside')
  await c.page.keyboard.press('F6')
  await c.page.getByRole('button', { name: '收款 ¥201.00，抵扣 50.00' }).click()
  await c.done.waitFor()
  const [r] = await receipts(2)
  assert.deepEqual([r.prepaid_used, r.rounded, r.amount, r.owed_after, r.prepaid_after], [5000, 37, 25100, 0, first.to_prepay - 5000])
  assert.deepEqual(r.pays.map((p) => [p.method, p.amount]), [['prepay', 5000], ['cash', 20100]])
  assert.equal(r.lines.find((l) => l.item_id === water).amount, 5000)
  const seat = (await cashier.api.get(`/projects/${project}/counter/${room(2)}`)).body
  assert.deepEqual(seat.prepaid_for.map((a) => [a.item_name, a.amount]), [['二次供水费', first.to_prepay - 5000]])
  await c.p.close()
})
