// The counter in the hands of a cashier: every way the money can come, and what
// must hold when two people, an impatient finger or a broken line are at work.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, shot } from '../lib/browser.mjs'
import { eventually, until } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const months = [seed.month(-1), seed.month()]
const due = { area: 25004, fixed: 1500 }
const month = due.area + due.fixed
let linli, browser, boss, cashier, project, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, Array.from({ length: 10 }, (_, n) => ({ building: '1', room: `${n + 1}01`, area: 89.3, owner: `住户${'甲乙丙丁戊己庚辛壬癸'[n]}`, phone: `1380571560${n}` })))
  await seed.fee(boss, project, { name: '物业服务费', price: 2.8 })
  await seed.fee(boss, project, { name: '公共能耗费', basis: 'fixed', price: 15 })
  for (const m of months) await seed.released(boss, project, m)
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const room = (n) => rooms[`1栋1单元${n}01`]
const seat = async (n) => (await cashier.api.get(`/projects/${project}/counter/${room(n)}`)).body
const receipts = async (n) => (await cashier.api.get(`/projects/${project}/receipts?room_id=${room(n)}&limit=50`)).body.items

/** The counter with a household called up and no paper coming out. */
async function counter(n, context) {
  const p = context ?? await seed.pageOf(browser, linli.origin, cashier.api)
  const page = context ? await p.context.newPage() : p.page
  await page.addInitScript(() => localStorage.setItem('linli.receipt.print', '0'))
  await page.goto(`/p/${project}/counter/${room(n)}`)
  await page.getByRole('button', { name: /^(收款|用预存抵扣)/ }).or(page.getByText('这户没有欠费')).first().waitFor()
  const amount = page.getByRole('textbox', { name: /实收现金|刷卡金额|转账金额/ })
  const done = page.getByRole('region', { name: '已收款' })
  return {
    p, page, amount, done,
    fact: (name, pattern) => eventually(async () => assert.match((await done.locator('dt', { hasText: name }).first().locator('xpath=following-sibling::dd[1]').innerText()).trim(), pattern)),
    pay: async (fen) => {
      if (fen !== undefined) await amount.fill(String(fen / 100))
      await amount.press('Enter')
    },
  }
}

test('[F7] part of the debt is taken: the oldest month first, the rest stays owed', async () => {
  assert.equal((await seat(1)).owed, 2 * month)
  const c = await counter(1)
  await c.pay(0)
  await c.page.getByText('写的是 0，没有收款。请写实际收到的金额').waitFor()
  await shot(c.page, 'counter-zero')
  assert.equal((await receipts(1)).length, 0)
  await c.pay(20000)
  await c.done.waitFor()
  await c.fact('入账', /200\.00/)
  await c.done.getByText(`还欠 ¥${seed.yuan(2 * month - 20000)}`).waitFor()
  const [r] = await receipts(1)
  assert.equal(r.amount, 20000)
  assert.deepEqual([...new Set(r.lines.map((l) => l.month))], [months[0]], 'only the older month is touched')
  assert.equal((await seat(1)).owed, 2 * month - 20000)
  await c.p.close()
})

test('[F7] Enter pressed twice takes the money once and leaves the change on the screen', async () => {
  const c = await counter(10)
  await c.amount.fill('100')
  // The third press falls on 下一户, which has just appeared under the hand; from out here it could come too late.
  await c.page.evaluate(() => {
    const seen = new MutationObserver(() => {
      const next = document.querySelector('[aria-label="已收款"] footer button.p')
      if (!next) return
      seen.disconnect()
      next.click()
    })
    seen.observe(document.body, { childList: true, subtree: true })
  })
  // The second press comes before the answer, however slow the machine is.
  let answer
  const pressed = new Promise((r) => { answer = r })
  await c.page.route(/\/receipts$/, async (route) => {
    await pressed
    await route.continue()
  })
  await c.amount.press('Enter')
  await c.page.keyboard.press('Enter')
  answer()
  await c.done.waitFor()
  await c.p.settled()
  await c.done.getByText('入账').first().waitFor()
  assert.equal((await receipts(10)).length, 1)
  await c.p.close()
})

test('[F7] cash with change, then money beyond the debt goes to 预存 and pays the next time', async () => {
  const c = await counter(2)
  await c.pay(2 * month + 4700)
  await c.done.getByText('请找零').waitFor()
  await c.fact('找零', /47\.00/)
  assert.equal((await seat(2)).owed, 0)
  await c.page.waitForTimeout(400) // before that an Enter is the second half of the one that paid
  await c.page.keyboard.press('Enter')
  await c.done.waitFor({ state: 'hidden' })
  assert.equal((await seat(2)).prepaid, 0)
  await c.p.close()

  const d = await counter(3)
  await d.page.getByRole('radio', { name: /转账/ }).click()
  await d.amount.fill(String((2 * month + 10000) / 100))
  await d.page.getByText(/多收 ¥100\.00，存入预存/).waitFor()
  await d.amount.press('Enter')
  await d.done.waitFor()
  await d.fact('存入预存', /100\.00/)
  assert.deepEqual([(await seat(3)).owed, (await seat(3)).prepaid], [0, 10000])
  await d.p.close()

  // A household with prepaid money and a debt: 4栋 pays in advance, then owes.
  const before = await seat(4)
  await cashier.api.post(`/projects/${project}/receipts`, { room_id: room(4), expected_owed: before.owed, pays: [{ method: 'transfer', amount: before.owed + 30000 }] })
  await seed.released(boss, project, seed.month(1))
  assert.equal((await seat(4)).owed, month)
  const e = await counter(4)
  await e.page.getByRole('checkbox', { name: /用预存抵扣/ }).check()
  await e.page.getByRole('button', { name: `用预存抵扣 ¥${seed.yuan(month)}` }).click()
  await e.done.waitFor()
  assert.deepEqual([(await seat(4)).owed, (await seat(4)).prepaid], [0, 30000 - month])
  await e.fact('预存余额', new RegExp(seed.yuan(30000 - month).replace('.', '\\.')))
  await e.p.close()
})

test('[F7] only the ticked charges are paid', async () => {
  const c = await counter(5)
  const whole = (await seat(5)).owed
  await c.page.getByRole('checkbox', { name: '全部欠费' }).uncheck()
  const wanted = c.page.getByRole('checkbox', { name: new RegExp(`公共能耗费 ${seed.monthWords(months[1])} 15\\.00 元`) })
  await wanted.check()
  await c.page.getByRole('button', { name: '收款 ¥15.00' }).click()
  await c.done.waitFor()
  const [r] = await receipts(5)
  assert.deepEqual(r.lines.map((l) => [l.item_name, l.month, l.amount]), [['公共能耗费', months[1], 1500]])
  assert.equal((await seat(5)).owed, whole - 1500)
  await c.p.close()
})

test('[F7] a receipt is void with a reason: the number stays, the debt is back', async () => {
  const c = await counter(6)
  const whole = (await seat(6)).owed
  await c.pay()
  await c.done.waitFor()
  const [paid] = await receipts(6)
  await c.done.getByRole('button', { name: '作废' }).click()
  const dialog = c.page.getByRole('dialog', { name: `作废收据 ${paid.number}？` })
  await dialog.getByRole('button', { name: '作废收据' }).click()
  await dialog.getByText(/请写明原因/).waitFor()
  assert.equal((await receipts(6))[0].state, 'valid', 'nothing happens without a reason')
  await dialog.getByRole('button', { name: '收错房屋' }).click()
  await dialog.getByRole('button', { name: '作废收据' }).click()
  await c.page.getByText(`收据 ${paid.number} 已作废`).waitFor()
  const [gone] = await receipts(6)
  assert.deepEqual([gone.number, gone.state, gone.void_reason], [paid.number, 'void', '收错房屋'])
  assert.equal((await seat(6)).owed, whole)
  await c.p.close()
})

test('[F7] money far beyond the debt is asked back, and the button that confirms stays in the window', async () => {
  const c = await counter(6)
  c.p.expect(/409|422/)
  await c.page.getByRole('radio', { name: /转账/ }).click()
  await c.amount.fill('99999')
  await c.amount.press('Enter')
  const confirm = c.page.getByRole('button', { name: '确认收款 ¥99,999.00' })
  await confirm.waitFor()
  const seen = await confirm.evaluate((el) => {
    const box = el.getBoundingClientRect()
    return el.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)) && box.bottom <= innerHeight
  })
  assert.ok(seen, 'the button is out of sight')
  assert.equal((await receipts(6))[0].state, 'void', 'nothing was taken')
  await c.p.close()
})

test('[F7] two windows on one household: the second is told, takes nothing and can go on', async () => {
  const one = await counter(7)
  const two = await counter(7, one.p)
  one.p.expect(/409 \(Conflict\)/)
  await one.pay()
  await one.done.waitFor()
  await two.pay()
  await two.page.getByText(/这户刚被李雪梅收过款（\d\d:\d\d），请刷新后再收/).waitFor()
  assert.equal((await receipts(7)).length, 1)
  await two.page.getByRole('button', { name: '刷新这户的欠费' }).click()
  await two.page.getByText('这户没有欠费').waitFor()
  assert.equal((await receipts(7)).length, 1)
  await one.p.close()
})

test('[F7] Enter twice, and twice again, is one payment', async () => {
  const c = await counter(8)
  await c.page.route('**/receipts', async (route) => {
    if (route.request().method() === 'POST') await new Promise((r) => setTimeout(r, 400))
    await route.continue()
  })
  await c.amount.focus()
  for (let n = 0; n < 4; n++) await c.page.keyboard.press('Enter', { delay: 5 })
  await c.done.waitFor()
  assert.equal((await receipts(8)).length, 1)
  await c.p.close()
})

test('[F7] the line breaks after the server took the money: asking again gives the same receipt', async () => {
  const c = await counter(9)
  c.p.expect(/ERR_FAILED|net::/)
  const keys = []
  let cut = true
  await c.page.route('**/receipts', async (route) => {
    const request = route.request()
    if (request.method() !== 'POST') return route.continue()
    keys.push(request.headers()['idempotency-key'])
    if (!cut) return route.continue()
    await route.fetch()
    await route.abort('failed')
  })
  await c.pay()
  await c.page.getByText('正在确认').waitFor()
  const [first] = await until(() => receipts(9), (all) => all.length > 0)
  await shot(c.page, 'counter-no-answer')
  cut = false
  await c.page.getByRole('button', { name: '再查一次' }).click()
  await c.done.waitFor()
  await c.fact('收据号', new RegExp(`^${first.number}$`))
  assert.equal((await receipts(9)).length, 1)
  assert.ok(keys.length >= 2)
  assert.equal(new Set(keys).size, 1, 'one intention, one key')
  await c.p.close()
})

test('[F7] the numbers of all receipts, void ones too, are one row without gaps', async () => {
  const all = (await cashier.api.get(`/projects/${project}/receipts?limit=100`)).body.items
  const numbers = all.map((r) => Number(r.number.slice(-6))).sort((a, b) => a - b)
  assert.deepEqual(numbers, numbers.map((_, n) => n + 1))
})
