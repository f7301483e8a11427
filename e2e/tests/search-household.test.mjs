// One box finds a household however it is called, and its page shows everything
// about it; a number that is masked is shown for a reason only, and that is logged.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const label = '3栋2单元1502'
let linli, browser, boss, clerk, project, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [
    { building: '3', unit: '2', room: '1502', area: 118.42, owner: '单建国', phone: '13805715678' },
    { building: '3', unit: '1', room: '1502', area: 89, owner: '王秀英', phone: '13905711234' },
    { building: '13', unit: '2', room: '1502', area: 89, owner: '李明', phone: '13705719876' },
    { building: '3', unit: '2', room: '502', area: 76, owner: '赵敏', phone: '13605710001' },
  ])
  await seed.fee(boss, project, { name: '物业服务费', price: 2.8 })
  await seed.released(boss, project, seed.month(-1))
  await seed.released(boss, project)
  const seat = (await boss.get(`/projects/${project}/counter/${rooms[label]}`)).body
  await boss.post(`/projects/${project}/receipts`, { room_id: rooms[label], expected_owed: seat.owed, pays: [{ method: 'card', amount: 33158 }] })
  clerk = await seed.staff(boss, linli.origin, 'wanghong', '王红', 'clerk', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const spellings = ['3栋2单元1502', '3-2-1502', '3#2-1502', '3幢2单元1502室', '三栋二单元1502', '３－２－１５０２', '３栋２单元１５０２', '3栋2-1502', '单建国', '建国', 'shanjianguo', 'sjg', 'SJG', '13805715678', '138 0571 5678', '5678']

test('[B3] every spelling of the room, the name, its pinyin and the phone find the household', async () => {
  const p = await seed.pageOf(browser, linli.origin, clerk.api)
  await p.page.goto(`/p/${project}/home`)
  const box = p.page.getByRole('combobox', { name: '全局搜索' })
  const wrong = []
  for (const words of spellings) {
    const list = p.page.getByRole('listbox', { name: '全局搜索' })
    await box.fill('')
    await list.waitFor({ state: 'hidden' })
    await box.fill(words)
    try {
      await list.getByRole('option').first().filter({ hasText: label }).waitFor({ timeout: 10_000 })
    } catch {
      wrong.push(`${words}: ${await p.page.getByRole('listbox', { name: '全局搜索' }).innerText().catch(() => 'nothing')}`)
    }
  }
  assert.deepEqual(wrong, [])
  await box.fill('没有这个人')
  await p.page.getByText('没有找到“没有这个人”').waitFor()
  await p.close()
})

test('[B3] a room of the same number elsewhere is another household', async () => {
  const p = await seed.pageOf(browser, linli.origin, clerk.api)
  for (const [words, title] of [['3-2-502', '3栋2单元502 · 赵敏'], ['3-1-1502', '3栋1单元1502 · 王秀英'], ['13-2-1502', '13栋2单元1502 · 李明'], ['3-2-1502', `${label} · 单建国`]]) {
    await p.page.goto(`/p/${project}/home`)
    await p.page.getByRole('combobox', { name: '全局搜索' }).waitFor()
    await p.page.keyboard.press('/')
    await p.page.keyboard.type(words)
    await p.page.getByRole('listbox', { name: '全局搜索' }).getByRole('option').first().waitFor()
    await p.page.keyboard.press('Enter')
    await p.page.getByRole('heading', { level: 1, name: title }).waitFor()
  }
  await p.close()
})

test('[B3] Enter before the answer is there opens the household all the same', async () => {
  const p = await seed.pageOf(browser, linli.origin, clerk.api)
  await p.page.goto(`/p/${project}/households`)
  await p.page.getByRole('combobox', { name: /房号、姓名/ }).fill('sjg')
  await p.page.keyboard.press('Enter')
  await p.page.getByRole('heading', { level: 1, name: `${label} · 单建国` }).waitFor()
  await p.close()
})

test('[B3][F3] the household page: people, what is owed and how it came about, what was paid', async () => {
  const p = await seed.pageOf(browser, linli.origin, clerk.api)
  await p.page.goto(`/p/${project}/households/${rooms[label]}`)
  const money = p.page.locator('.card.money')
  await money.getByText('当前欠费').waitFor()
  // 118.42 ㎡ × 2.80 = 331.58 a month; one month is paid.
  await eventually(async () => assert.match(await money.innerText(), /331\.58[\s\S]*331\.58/))
  await p.page.getByText('138****5678').first().waitFor()
  assert.equal(await p.page.getByText('13805715678').count(), 0)
  await p.page.getByRole('tab', { name: /账单/ }).click()
  const bill = p.page.getByRole('table', { name: '账单' }).getByRole('row', { name: /物业服务费/ })
  await bill.first().waitFor()
  assert.equal(await bill.count(), 1)
  await bill.getByRole('button', { name: '怎么算的' }).click()
  await p.page.getByText(/118\.42 ㎡ × 2\.80? 元/).first().waitFor()
  await assertAccessible(p.page)
  await p.page.getByRole('tab', { name: /缴费/ }).click()
  await p.page.getByText(/000001/).first().waitFor()
  await p.close()
})

test('[P4][P3] a masked phone number is shown for a reason, and the log says who looked at whose', async () => {
  const p = await seed.pageOf(browser, linli.origin, clerk.api)
  await p.page.goto(`/p/${project}/households/${rooms[label]}`)
  await p.page.getByRole('button', { name: '显示手机号：单建国' }).click()
  const dialog = p.page.getByRole('dialog', { name: '显示单建国的手机号？' })
  await dialog.getByRole('button', { name: '显示手机号' }).click()
  await dialog.getByText(/请写明原因/).waitFor()
  assert.equal(await p.page.getByText('13805715678').count(), 0, 'nothing is shown without a reason')
  await assertAccessible(p.page)
  await dialog.getByRole('button', { name: '电话联系住户' }).click()
  await dialog.getByRole('button', { name: '显示手机号' }).click()
  await p.page.getByText('13805715678').waitFor()
  await p.page.getByRole('button', { name: '恢复打码' }).click()
  await p.page.getByText('13805715678').waitFor({ state: 'detached' })
  await p.close()

  const b = await seed.pageOf(browser, linli.origin, boss)
  await b.page.goto(`/p/${project}/audit`)
  const row = b.page.getByRole('row', { name: /单建国/ }).filter({ hasText: '王红' }).first()
  await row.waitFor()
  assert.equal(await b.page.getByText('13805715678').count(), 0, 'the log does not hold the number')
  await row.getByRole('button', { name: '前后对比' }).click()
  await b.page.getByRole('dialog').getByText('电话联系住户').first().waitFor()
  await shot(b.page, 'audit-reveal')
  await b.close()

  // A cashier has no right to see it: no button, and the address refuses.
  const cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  const c = await seed.pageOf(browser, linli.origin, cashier.api)
  await c.page.goto(`/p/${project}/households/${rooms[label]}`)
  await c.page.getByText('138****5678').first().waitFor()
  await c.settled()
  assert.equal(await c.page.getByRole('button', { name: /显示手机号/ }).count(), 0)
  const person = (await boss.get(`/projects/${project}/households/${rooms[label]}`)).body.people[0].id
  await cashier.api.post(`/projects/${project}/people/${person}/reveal`, { field: 'phone', reason: '看看' }, { status: 403 })
  await c.close()
})
