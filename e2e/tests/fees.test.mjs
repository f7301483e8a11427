// Who pays less and why, and what a new price does before it is decided.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import { picture } from '../lib/picture.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, accountant, manager, project, rooms, fee

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [
    { building: '1', room: '101', area: 100, owner: '陈建国', phone: '13805715678' },
    { building: '1', room: '502', area: 80, owner: '王秀英', phone: '13905711234' },
    { building: '2', room: '301', area: 120, owner: '李明', phone: '13705719876' },
  ])
  fee = await seed.fee(boss, project, { name: '物业服务费', price: 3 })
  accountant = await seed.staff(boss, linli.origin, 'sunmin', '孙敏', 'accountant', project)
  manager = await seed.staff(boss, linli.origin, 'chenliqun', '陈立群', 'manager', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
async function open(who, path) {
  const p = await seed.pageOf(browser, linli.origin, who.api)
  await p.page.goto(`/p/${project}${path}`)
  return p
}

test('[F1][F3][F4][F12] a discount is asked for, approved by somebody else, counts in the run and explains itself', async () => {
  const m = seed.month(-1)
  const a = await open(accountant, '/discounts')
  await a.page.getByRole('button', { name: '提出优惠' }).first().click()
  const form = a.page.getByRole('dialog', { name: '提出优惠减免' })
  await form.getByLabel('收百分之几').fill('80')
  await form.getByLabel('房屋', { exact: true }).click()
  await form.getByLabel('房屋', { exact: true }).fill('1-1-101')
  await a.page.getByRole('option', { name: '1栋1单元101' }).click()
  await form.getByLabel('从哪天起').fill(`${m}-01`)
  await form.getByLabel('从哪天起').press('Enter')
  await form.getByLabel('原因').fill('相邻施工，业主大会同意')
  await form.locator('input[type=file]').setInputFiles([{ name: '施工.png', mimeType: 'image/png', buffer: picture(40, 30) }, { name: '围挡.png', mimeType: 'image/png', buffer: picture(40, 30) }])
  await form.getByRole('button', { name: '去掉照片 2' }).click()
  await form.getByRole('img', { name: '照片 1' }).waitFor()
  await a.settled()
  await shot(a.page, 'discount-form')
  await form.getByRole('button', { name: /提交，等同事批准/ }).click()
  const mine = a.page.getByRole('row', { name: /1栋1单元101.*按 80% 收/ })
  await mine.getByText('待批准').waitFor()
  assert.equal(await mine.getByRole('button', { name: '批准' }).count(), 0)
  await a.close()

  const b = await open(manager, '/discounts')
  await b.page.getByRole('row', { name: /1栋1单元101/ }).getByRole('button', { name: '批准' }).waitFor()
  await b.settled()
  await shot(b.page, 'discounts', { keep: 'guide/pages/discounts' })
  await b.page.getByRole('row', { name: /1栋1单元101/ }).getByRole('link', { name: '照片 1' }).waitFor()
  await b.page.getByRole('row', { name: /1栋1单元101/ }).getByRole('button', { name: '批准' }).click()
  const proof = b.page.getByRole('dialog', { name: '批准给1栋1单元101的优惠？' }).getByRole('img', { name: '照片 1' })
  await eventually(async () => assert.equal(await proof.evaluate((x) => x.naturalWidth), 40))
  await shot(b.page, 'discount-approve')
  await b.page.getByRole('dialog', { name: '批准给1栋1单元101的优惠？' }).getByRole('button', { name: '批准' }).click()
  await b.page.getByText('没有待批准的优惠').waitFor()
  await b.close()

  await seed.released(boss, project, seed.month(-2))
  const run = await seed.draft(boss, project, m)
  const review = (await boss.get(at(`/runs/${run.id}`))).body
  assert.deepEqual(review.causes.map((c) => [c.cause, c.amount]), [['discount', -6000]])
  const c = await open(accountant, `/runs/${run.id}`)
  await c.page.getByText('优惠减免').nth(1).waitFor()
  await c.close()
  await boss.post(at(`/runs/${run.id}/release`), { version: run.version })
  const charge = (await boss.get(at(`/runs/${run.id}/lines?room_id=${rooms['1栋1单元101']}`))).body.items[0]
  assert.equal(charge.amount, 24000)
  const why = (await boss.get(at(`/charges/${charge.id}/explanation`))).body
  assert.equal(why.gross, 30000)
  assert.match(why.lines.join('\n'), /优惠：按 80% 收.*相邻施工，业主大会同意.*陈立群 批准/)
})

test('[F1] a new price is tried on every household before it is decided, and the run charges what was shown', async () => {
  const m = seed.month()
  const p = await open(accountant, `/items/${fee}`)
  await p.page.getByRole('link', { name: '试算新单价' }).click()
  await p.page.getByRole('heading', { level: 1, name: '试算物业服务费的新单价' }).waitFor()
  await p.page.getByLabel('从哪天起执行').fill(`${m}-01`)
  await p.page.getByLabel('从哪天起执行').press('Enter')
  await p.page.getByLabel(/新单价（/).fill('3.5')
  await p.page.getByRole('button', { name: '试算', exact: true }).click()
  // 100 ㎡ at 80 % is 40.00 more, 80 ㎡ 40.00, 120 ㎡ 60.00.
  await p.page.getByRole('table', { name: '按楼栋' }).getByRole('row', { name: /1栋.*\+80\.00/ }).waitFor()
  await p.page.getByRole('table', { name: '变化最大的户' }).getByRole('row', { name: /2栋1单元301.*360\.00.*420\.00.*\+60\.00/ }).waitFor()
  await p.page.getByRole('button', { name: '执行这个单价' }).click()
  const form = p.page.getByRole('dialog', { name: '物业服务费：新单价' })
  await form.getByLabel('文号或说明').fill('业主大会〔2026〕3 号')
  await form.getByRole('button', { name: /起执行/ }).click()
  await p.page.getByText('业主大会〔2026〕3 号').first().waitFor()
  await p.close()
  const run = await seed.draft(boss, project, m)
  const lines = (await boss.get(at(`/runs/${run.id}/lines?limit=100`))).body.items
  assert.deepEqual(lines.map((l) => [l.room_label, l.amount]).sort(), [['1栋1单元101', 28000], ['1栋1单元502', 28000], ['2栋1单元301', 42000]])
})
