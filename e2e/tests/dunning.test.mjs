// Who is late: late fees by the terms of the contract, letters, and paying both.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const contact = '翠湖花园服务中心 0571-85712345'
let linli, browser, boss, manager, cashier, accountant, project, rooms, fee, late

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [
    { building: '1', room: '101', area: 100, owner: '陈建国', phone: '13805715678' },
    { building: '1', room: '502', area: 80, owner: '王秀英', phone: '13905711234' },
  ])
  fee = await seed.fee(boss, project, { name: '物业服务费', price: 3 })
  await boss.post(`/projects/${project}/items/${fee}/late-terms`, { from_date: `${seed.month(-6)}-01`, daily: 50_000, grace: 'from_due', cap: 'principal', source: '物业服务合同第十二条' })
  await seed.released(boss, project, seed.month(-2))
  manager = await seed.staff(boss, linli.origin, 'chenliqun', '陈立群', 'manager', project)
  accountant = await seed.staff(boss, linli.origin, 'sunmin', '孙敏', 'accountant', project)
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  late = Object.fromEntries((await boss.get(at('/dunning/arrears'))).body.items.map((a) => [a.room_label, a]))
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
const days = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

async function open(who, path, options) {
  const p = await seed.pageOf(browser, linli.origin, who.api, options)
  await p.page.goto(`/p/${project}${path}`)
  return p
}

test('[F8] who is late stands on the page with principal and late fee; a letter gets a number and is printed', async () => {
  // 300.00 at 0.05 % a day since the day it fell due.
  const first = late['1栋1单元101']
  assert.equal(first.late_fee, days(first.oldest_due, seed.today()) * 15)
  assert.ok(first.late_fee > 0)
  const p = await open(manager, '/dunning')
  const row = p.page.getByRole('row', { name: /1栋1单元101/ })
  await row.getByText('300.00', { exact: true }).waitFor()
  await row.getByText(seed.yuan(first.late_fee), { exact: true }).waitFor()
  await row.getByText('没有出过').waitFor()
  await p.page.getByRole('row', { name: /1栋1单元502.*240\.00/ }).waitFor()
  await p.page.getByText('合计 2 间').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'dunning')

  await p.page.getByLabel('逾期', { exact: true }).selectOption({ label: '超过 365 天' })
  await p.page.getByText('没有符合条件的欠费').waitFor()
  await p.page.getByRole('button', { name: '清除筛选' }).first().click()
  await row.waitFor()
  const file = p.page.waitForEvent('download')
  await p.page.getByRole('button', { name: /^导出/ }).click()
  assert.match((await file).suggestedFilename(), /欠费/)

  await p.page.getByRole('button', { name: '催缴设置' }).click()
  const form = p.page.getByRole('dialog', { name: '催缴设置' })
  await form.getByLabel('联系人和电话').fill('欠费的停水，找王队长')
  p.expect(/(409|422)/)
  await form.getByRole('button', { name: '保存' }).click()
  await form.getByRole('alert').first().waitFor()
  await form.getByLabel('联系人和电话').fill(contact)
  await assertAccessible(p.page)
  await shot(p.page, 'dunning-setting')
  await form.getByRole('button', { name: '保存' }).click()
  await form.waitFor({ state: 'hidden' })

  await row.getByRole('checkbox').check()
  const bulk = p.page.getByRole('region', { name: /已选|选中/ })
  await bulk.getByRole('button', { name: '出提醒单' }).waitFor()
  await shot(p.page, 'dunning-chosen')
  await bulk.getByRole('button', { name: '出提醒单' }).click()
  const number = `CJ${seed.today().slice(0, 4)}-000001`
  await p.page.getByText(`出了 1 张催缴单，编号 ${number}`).waitFor()
  await row.getByText('1 张').waitFor()
  const paper = await p.page.locator('iframe').last().getAttribute('srcdoc')
  for (const words of [number, '催缴单', '1栋1单元101', `¥${seed.yuan(30_000 + first.late_fee)}`, seed.yuan(first.late_fee), '物业服务合同第十二条', contact]) assert.ok(paper.includes(words), words)
  const [letter] = (await manager.api.get(at('/dunning/letters'))).body.items
  assert.deepEqual([letter.number, letter.principal, letter.late_fee, letter.prints], [number, 30_000, first.late_fee, 1])
  await assertAccessible(p.page)
  await shot(p.page, 'dunning-issued')
  await p.close()

  const dark = await open(manager, '/dunning', { theme: 'dark' })
  await dark.page.getByRole('row', { name: /1栋1单元101.*1 张/ }).waitFor()
  await dark.page.getByRole('row', { name: /1栋1单元502/ }).getByRole('checkbox').check()
  await assertAccessible(dark.page)
  await shot(dark.page, 'dunning-dark')
  await dark.close()
  const sheet = await browser.page({ origin: linli.origin, size: { width: 800, height: 1130 } })
  await sheet.page.setContent(paper)
  await shot(sheet.page, 'dunning-letter')
  await sheet.close()
})

test('[F8] [F7] the counter takes the late fee along, and the receipt says so', async () => {
  const fee = late['1栋1单元101'].late_fee
  const p = await open(cashier, `/counter/${rooms['1栋1单元101']}`)
  await p.page.getByRole('button', { name: `收款 ¥${seed.yuan(30_000 + fee)}` }).waitFor()
  const along = p.page.getByRole('checkbox', { name: `连同违约金 ${seed.yuan(fee)} 元` })
  await along.uncheck()
  await p.page.getByRole('button', { name: '收款 ¥300.00' }).waitFor()
  await along.check()
  await assertAccessible(p.page)
  await shot(p.page, 'counter-late')
  await p.page.getByRole('button', { name: `收款 ¥${seed.yuan(30_000 + fee)}` }).click()
  await p.page.getByRole('region', { name: '已收款' }).waitFor()
  const [receipt] = (await cashier.api.get(at(`/receipts?room_id=${rooms['1栋1单元101']}`))).body.items
  assert.deepEqual(receipt.lines.map((l) => [l.item_name, l.amount]).sort(), [['物业服务费', 30_000], ['物业服务费违约金', fee]].sort())
  assert.match((await p.page.request.get(`${linli.origin}/api/v1${at(`/receipts/${receipt.id}/print`)}`).then((r) => r.text())), /违约金/)
  await p.close()

  const desk = await open(manager, '/dunning')
  await desk.page.getByRole('row', { name: /1栋1单元502/ }).waitFor()
  assert.equal(await desk.page.getByRole('row', { name: /1栋1单元101/ }).count(), 0)
  await desk.close()
})

test('[F8] the terms of late fees are entered with their meaning shown, and the household page names the late fee of a charge', async () => {
  const from = `${seed.month(1)}-01`
  const p = await open(accountant, `/items/${fee}`)
  const card = p.page.getByRole('table', { name: '违约金约定' })
  await card.getByRole('row', { name: /0\.05%.*不超过本金.*物业服务合同第十二条/ }).waitFor()
  await p.page.getByRole('button', { name: '新约定' }).click()
  const form = p.page.getByRole('dialog', { name: '物业服务费：违约金约定' })
  await form.getByRole('button', { name: /下一步，核对/ }).click()
  await form.getByText('请填从哪天起').waitFor()
  await form.getByLabel('从哪天到期的费用起').fill(from)
  await form.getByLabel('从哪天到期的费用起').press('Enter')
  await form.getByLabel('日利率（%）').fill('0.03')
  await form.getByLabel('宽限几天').fill('15')
  await form.getByText('逾期 25 天，计 25 天，违约金 7.50 元').waitFor()
  await form.getByRole('radio', { name: '宽限期不计' }).click()
  await form.getByText('逾期 25 天，计 10 天，违约金 3.00 元').waitFor()
  await form.getByRole('radio', { name: 'LPR 的四倍' }).click()
  await form.getByLabel('依据').fill('业主大会〔2026〕5 号')
  await assertAccessible(p.page)
  await shot(p.page, 'late-terms-form')
  await form.getByRole('button', { name: /下一步，核对/ }).click()
  const sure = p.page.getByRole('dialog', { name: '录入物业服务费的违约金约定？' })
  await sure.getByText(`${from} 或以后到期的物业服务费，逾期每天按 0.03% 计违约金`).waitFor()
  await shot(p.page, 'late-terms-sure')
  await sure.getByRole('button', { name: '录入约定' }).click()
  await card.getByRole('row', { name: /0\.03%.*15 天，宽限期不计.*四倍.*业主大会〔2026〕5 号.*孙敏/ }).waitFor()
  await form.waitFor({ state: 'hidden' })
  await assertAccessible(p.page)
  await card.scrollIntoViewIfNeeded()
  await shot(p.page, 'late-terms')
  await p.page.goto(`/p/${project}/households/${rooms['1栋1单元502']}`)
  await p.page.getByRole('tab', { name: /账单/ }).click()
  await p.page.getByText(`违约金 ${seed.yuan(late['1栋1单元502'].late_fee)}`).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'household-late')
  await p.close()
})

test('[F8] a due day of rest moves to the next day of work, by the notice of holidays that is pasted and read back', async () => {
  const p = await open(accountant, `/items/${fee}`)
  p.expect(/422 \(Unprocessable|409 \(Conflict|400 \(Bad/)
  const card = p.page.getByRole('table', { name: '违约金约定' })
  await p.page.getByRole('button', { name: '新约定' }).click()
  const form = p.page.getByRole('dialog', { name: '物业服务费：违约金约定' })
  await form.getByLabel('从哪天到期的费用起').fill('2035-01-01')
  await form.getByLabel('从哪天到期的费用起').press('Enter')
  await form.getByLabel('日利率（%）').fill('0.05')
  await form.getByText('到期日是休息日的，顺延到下一个工作日再算逾期').click()
  await form.getByLabel('依据').fill('物业服务合同第十二条')
  await shot(p.page, 'late-terms-rest')
  await form.getByRole('button', { name: /下一步，核对/ }).click()
  const sure = p.page.getByRole('dialog', { name: '录入物业服务费的违约金约定？' })
  await sure.getByText('到期日是休息日的，顺延到下一个工作日。').waitFor()
  await sure.getByRole('button', { name: '录入约定' }).click()
  await card.getByRole('row', { name: /2035-01-01.*休息日顺延/ }).waitFor()

  const { missing } = (await boss.get(at('/holidays'))).body
  const next = Number(seed.today().slice(0, 4)) + 1
  if (missing.length) {
    await p.page.goto(`/p/${project}`)
    await p.page.getByRole('link', { name: /放假安排待录入/ }).click()
    await p.page.getByText(`${missing.join('、')} 年放假安排还没有录入`).waitFor()
    await assertAccessible(p.page)
    await shot(p.page, 'holidays-missing')
    await p.page.goto(`/p/${project}/items/${fee}`)
  }
  await p.page.getByRole('table', { name: '放假安排' }).getByText('国庆节：10月1日至7日；9月20日、10月10日上班').waitFor()
  await p.page.getByRole('button', { name: '录入放假安排' }).click()
  const drawer = p.page.getByRole('dialog', { name: '录入放假安排' })
  await drawer.getByLabel('哪一年').selectOption(`${next} 年`)
  await drawer.getByLabel('通知里各个节日的那几行').fill('一、元旦：1月32日放假。')
  await drawer.getByRole('button', { name: /下一步，核对/ }).click()
  await drawer.getByText('没有“1月32日”这一天').waitFor()
  await drawer.getByLabel('通知里各个节日的那几行').fill('现将部分节假日安排通知如下。\n一、元旦：1月1日至3日放假，共3天。\n七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。')
  await assertAccessible(p.page)
  await shot(p.page, 'holidays-form')
  await drawer.getByRole('button', { name: /下一步，核对/ }).click()
  const read = p.page.getByRole('dialog', { name: `录入 ${next} 年放假安排？` })
  await read.getByText('国庆节：10月1日至7日').waitFor()
  await shot(p.page, 'holidays-read')
  await read.getByRole('button', { name: `录入 ${next} 年放假安排` }).click()
  await drawer.waitFor({ state: 'hidden' })
  await p.page.getByRole('table', { name: '放假安排' }).getByRole('row', { name: new RegExp(`${next} 年.*元旦：1月1日至3日.*国庆节：10月1日至7日`) }).waitFor()
  await p.page.getByRole('table', { name: '放假安排' }).scrollIntoViewIfNeeded()
  await shot(p.page, 'holidays')
  await p.close()
})

test('[F8] the newest loan prime rate is seen to be old and the published one is entered beside the terms', async () => {
  const p = await open(accountant, `/items/${fee}`)
  await p.page.getByText(/最新一条是 2025-05-20 公布的 3\.00%，已经超过一年/).waitFor()
  await p.page.getByRole('table', { name: '一年期 LPR' }).scrollIntoViewIfNeeded()
  await shot(p.page, 'lpr-old')
  await p.page.getByRole('button', { name: '录入 LPR' }).click()
  const form = p.page.getByRole('dialog', { name: '录入 LPR' })
  const day = form.getByLabel('公布日')
  await day.fill('2025-05-20')
  await day.press('Enter')
  await form.getByText('2025-05-20 已有一条 3.00%，录入后以新的为准').waitFor()
  await day.fill(seed.today())
  await day.press('Enter')
  await form.getByLabel('一年期 LPR（年利率 %）').fill('2.805')
  await form.getByRole('button', { name: '录入 LPR' }).click()
  await form.getByText('填 0.01–20 之间，最多两位小数').waitFor()
  await form.getByLabel('一年期 LPR（年利率 %）').fill('2.80')
  await form.getByText('四倍是每年 11.20%').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'lpr-form')
  await form.getByRole('button', { name: '录入 LPR' }).click()
  await form.waitFor({ state: 'hidden' })
  const card = p.page.getByRole('table', { name: '一年期 LPR' })
  await card.getByRole('row', { name: new RegExp(`${seed.today()}.*2\\.80%.*11\\.20%.*全国银行间同业拆借中心公布`) }).waitFor()
  assert.equal(await p.page.getByText(/已经超过一年/).count(), 0)
  await p.page.getByRole('button', { name: /^显示全部 \d+ 条$/ }).click()
  await card.getByRole('row', { name: /2019-08-20/ }).waitFor()
  await p.close()

  const q = await open(cashier, `/items/${fee}`)
  await q.page.getByRole('table', { name: '一年期 LPR' }).getByText('2.80%').waitFor()
  assert.equal(await q.page.getByRole('button', { name: '录入 LPR' }).count(), 0)
  await q.close()
})
