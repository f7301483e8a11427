// A company moves in from another system: its roster of 21 columns, then what
// its households still owe from there, paid at the counter like anything else.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { until } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import { assetHeader } from '../lib/roster.mjs'
import * as seed from '../lib/seed.mjs'
import { cells, fill, workbook } from '../lib/xlsx.mjs'

const [early, late] = [seed.month(-4), seed.month(-3)]
let linli, browser, boss, cashier, project, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
async function open(path, who = boss, options) {
  const p = await seed.pageOf(browser, linli.origin, who, options)
  await p.page.goto(`/p/${project}${path}`)
  await p.page.getByRole('heading', { level: 1 }).first().waitFor()
  return p
}
const pick = (page, name, buffer) => page.getByLabel('选择文件').setInputFiles({ name, mimeType: 'application/octet-stream', buffer })

test('[B3] the newer roster of 21 columns as it is: companies, tenants and what waits for later', async () => {
  const row = (room, area, rent, name, phone, head, nature, role, contact, link) =>
    ['1', room.startsWith('S') ? '0' : '1', room, 1, 18, '有', '110', '10102', area, area, rent, name ? '2001' : '2002', name, name && '男', phone, '', head, nature, role, contact, link]
  const file = workbook({ 资产信息: [[...assetHeader, '人员类型', '人员角色', '联系人', '联系电话'],
    row('101', 100, 0, '陈建国', '13805715678', '1001', 'P', '1', '陈建国', ''),
    row('102', 80, 2600, '王五', '13905711234', '1001', 'P', '2', '王五', ''),
    row('103', 80, 0, '', '', '', '', '', '', ''),
    row('S01', 40, 3000, '好邻居便利店', '13605710001', '1001', 'C', '1', '赵六', '13900139001')] })
  const p = await open('/imports')
  await pick(p.page, '资产信息.xlsx', file)
  await p.page.getByText(/内容先留存.*租金（K1）.*联系人电话（U1）/).waitFor()
  await p.page.getByRole('row', { name: /留存待用的内容/ }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'import-21-columns')
  await p.page.getByRole('button', { name: '导入 4 行' }).click()
  await p.page.getByText('已导入 4 行').waitFor()
  await p.close()

  rooms = await seed.roomIds(boss, project)
  assert.deepEqual(Object.keys(rooms).sort(), ['1栋1单元101', '1栋1单元102', '1栋1单元103', '1栋S01'])
  const people = (await boss.get(at('/people?limit=50'))).body.items
  assert.equal(people.find((x) => x.name === '好邻居便利店').kind, 'company')
  const [tenant] = (await boss.get(at(`/rooms/${rooms['1栋1单元102']}/occupants`))).body.items
  assert.deepEqual([tenant.part, tenant.payer], ['tenant', true])
})

test('[B3] arrears of before: the template says what is meant, an error is named by its cell, nothing is written', async () => {
  await seed.fee(boss, project, { name: '物业服务费', price: 2.5 })
  const template = Buffer.from(await (await fetch(`${linli.origin}/api/v1${at('/imports/template.xlsx?kind=opening')}`, { headers: { cookie: boss.cookie } })).arrayBuffer())
  const p = await open('/imports')
  await p.page.getByRole('radio', { name: '期初欠费和缴费历史' }).click()
  await p.page.getByRole('link', { name: '下载期初欠费模板' }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'import-opening')
  await pick(p.page, '期初欠费.xlsx', fill(template, [{ 房号: '1-1-101', 费用项目: '电梯费', 账期: early, 应收金额: 250 }, { 房号: '9-9-999', 费用项目: '物业服务费', 账期: early, 应收金额: 250 }]))
  await p.page.getByText(/有 2 处错误，一行也没有写入/).waitFor()
  await p.page.getByText(/没有这个费用项目；.*物业服务费/).waitFor()
  await p.page.getByText(/没有这间房/).waitFor()
  await shot(p.page, 'import-opening-errors')
  assert.equal((await boss.get(at('/charges?limit=10'))).body.items.length, 0)
  await p.close()
})

test('[B3][F12] arrears and paid history are imported, shown, paid in part at the counter, and then not taken back', async () => {
  const file = workbook({ 房屋缴费历史: [['房屋', '收费项目', '缴费周期', '开始时间', '结束时间', '缴费时间', '应缴金额', '实缴金额', '收银员', '备注'],
    ['1-1-101', '物业服务费', 2, `${early}-01`, `${seed.month(-2)}-01`, `${early}-05`, 500, 300, '张三', '旧系统'],
    ['1-0-S01', '物业服务费', 1, `${late}-01`, `${seed.month(-2)}-01`, `${late}-05`, 100, 100, '张三', '']] })
  const p = await open('/imports?kind=opening')
  await pick(p.page, '缴费历史.xlsx', file)
  const facts = p.page.locator('dl.facts')
  await facts.getByText('200.00 元').waitFor()
  await facts.getByText('600.00 元').waitFor()
  await p.page.getByRole('cell', { name: new RegExp(`物业服务费 ${late} 应收 250\\.00，已收 50\\.00，欠 200\\.00`) }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'import-opening-preview')
  await p.page.getByRole('button', { name: '导入 2 行' }).click()
  await p.page.getByText('已导入 2 行').waitFor()
  await p.page.getByText('期初欠费 200.00 元').waitFor()
  await shot(p.page, 'import-opening-done')
  const imported = p.page.url()
  await p.close()

  // Owed like anything else, and not charged a second time.
  const charges = (await boss.get(at(`/charges?room_id=${rooms['1栋1单元101']}&limit=10`))).body.items
  assert.deepEqual(charges.map((c) => [c.month, c.amount, c.paid]).sort(), [[early, 25_000, 25_000], [late, 25_000, 5_000]])
  const run = await seed.draft(boss, project, late)
  const lines = (await boss.get(at(`/runs/${run.id}/lines?limit=50`))).body.items
  assert.deepEqual(lines.map((l) => l.amount).sort(), [20_000, 20_000], 'only the two rooms without history')
  const home = await open(`/households/${rooms['1栋1单元101']}`)
  await home.page.locator('.card.money').getByText('200.00').first().waitFor()
  await home.page.getByRole('tab', { name: /账单/ }).click()
  const bill = home.page.getByRole('table', { name: '账单' }).getByRole('row', { name: /物业服务费.*200\.00/ })
  await bill.getByRole('button', { name: '怎么算的' }).click()
  await home.page.getByText(/共 500\.00 元，已收 300\.00 元/).waitFor()
  await shot(home.page, 'import-opening-household')
  await home.close()

  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  const c = await seed.pageOf(browser, linli.origin, cashier.api)
  await c.page.addInitScript(() => localStorage.setItem('linli.receipt.print', '0'))
  await c.page.goto(`/p/${project}/counter/${rooms['1栋1单元101']}`)
  await c.page.getByRole('button', { name: /^收款/ }).waitFor()
  const amount = c.page.getByRole('textbox', { name: /实收现金/ })
  await amount.fill('150')
  await shot(c.page, 'import-opening-counter')
  await amount.press('Enter')
  const done = c.page.getByRole('region', { name: '已收款' })
  await done.getByText('还欠 ¥50.00').waitFor()
  await shot(c.page, 'import-opening-paid')
  await c.close()
  const [receipt] = await until(async () => (await cashier.api.get(at('/receipts?limit=5'))).body.items, (x) => x.length > 0)
  assert.deepEqual([receipt.amount, receipt.lines.map((l) => [l.month, l.amount])], [15_000, [[late, 15_000]]], 'what was paid before is not in today')

  const back = await seed.pageOf(browser, linli.origin, boss)
  await back.page.goto(imported)
  await back.page.getByRole('button', { name: '撤销这次导入' }).click()
  const ask = back.page.getByRole('dialog', { name: /撤销导入 缴费历史\.xlsx/ })
  back.expect(/409/)
  await ask.getByRole('button', { name: '撤销这次导入' }).click()
  await ask.getByText(/已有收款或减免，不能整批撤销/).waitFor()
  await shot(back.page, 'import-opening-undo-refused')
  await back.close()
})

test('[B3] vehicles are checked and brought in, found by plate, owner and room, and stand with their household', async () => {
  const file = workbook({ 业主车辆信息: [['车牌号', '业主', '手机号', '车辆品牌', '颜色', '车位', '房号'], ['浙A12345', '陈建国', '13805715678', '比亚迪', '白', 'B1-023', '1-1-101'], ['浙AD12345', '', '', '', '', 'B1-024', '']] })
  const p = await open('/imports')
  await p.page.getByRole('radio', { name: '车辆资料' }).click()
  await p.page.getByRole('link', { name: '下载车辆资料模板' }).waitFor()
  await pick(p.page, '车辆.xlsx', file)
  await p.page.getByText('2 辆').waitFor()
  await p.page.getByText('同一块车牌再导入一次，以新的为准').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'import-vehicles')
  await p.page.getByRole('button', { name: '导入 2 行' }).click()
  await p.page.getByText('车辆资料已导入').waitFor()

  await p.page.getByRole('link', { name: '看车辆' }).click()
  const table = p.page.getByRole('table', { name: '车辆' })
  const [home, guest] = [table.getByRole('row', { name: /浙A12345/ }), table.getByRole('row', { name: /浙AD12345/ })]
  await home.getByText('138****5678').waitFor()
  await guest.waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'vehicles')
  const find = p.page.getByLabel('车牌的一部分、车主或房号')
  for (const [text, kept, gone] of [['浙ad1', guest, home], ['建国', home, guest], ['1-1-101', home, guest]]) {
    await find.fill(text)
    await gone.waitFor({ state: 'detached' })
    await kept.waitFor()
  }
  await find.fill('没有这辆')
  await p.page.getByText('没有符合条件的车辆').waitFor()
  await p.page.getByRole('button', { name: '清除条件' }).click()
  await home.getByRole('link', { name: '1栋1单元101' }).click()
  await p.page.getByRole('region', { name: '车辆' }).getByText('浙A12345').waitFor()
  await shot(p.page, 'vehicles-household')
  await p.close()
})

test('[B3] without vehicles the list says where they come from', async () => {
  const other = await seed.project(boss, '云栖苑')
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${other}/vehicles`)
  await p.page.getByText('还没有车辆').waitFor()
  await shot(p.page, 'vehicles-none')
  await p.page.getByRole('link', { name: '导入车辆资料' }).click()
  await p.page.getByRole('link', { name: '下载车辆资料模板' }).waitFor()
  await p.close()
})

test('[B3] of a sheet with one faulty row the rest is imported first; the row comes back put right on its own', async () => {
  const other = await seed.project(boss, '云栖里')
  const found = async () => (await boss.get(`/projects/${other}/rooms?limit=50`)).body.items.map((r) => r.name).sort()
  const titles = ['楼栋', '单元', '房号', '楼层', '建筑面积', '姓名', '手机号', '身份']
  const file = workbook({ 名册: [titles, ['1栋', '1单元', '101', 1, 89.5, '陈建国', '13805715678', '业主'], ['1栋', '1单元', '102', 1, '一百二', '王秀英', '13905711234', '业主'],
    ['1栋', '1单元', '103', 1, 76, '李明', '13705719876', '业主']] })
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${other}/imports`)
  await pick(p.page, '名册.xlsx', file)
  await p.page.getByText('有 1 处错误，一行也没有写入').waitFor()
  await p.page.getByRole('heading', { name: '先导入其余的行' }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'import-rest')
  const [download] = await Promise.all([p.page.waitForEvent('download'), p.page.getByRole('link', { name: '下载有误的行' }).click()])
  const [heads, ...rows] = cells(readFileSync(await download.path()))
  assert.deepEqual(heads, [...titles, '问题和改法'])
  assert.equal(rows.length, 1)
  assert.deepEqual(rows[0].slice(0, 8), ['1栋', '1单元', '102', '1', '一百二', '王秀英', '13905711234', '业主'])
  assert.match(rows[0][8], /原第 3 行：建筑面积：/)

  await p.page.getByRole('button', { name: '核对其余 2 行' }).click()
  await p.page.getByText('跳过有误的 1 行').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'import-rest-preview')
  assert.deepEqual(await found(), [], 'a preview writes nothing')
  await p.page.getByRole('button', { name: '导入 2 行' }).click()
  await p.page.getByText('跳过了有误的 1 行，没有写入').waitFor()
  assert.deepEqual(await found(), ['101', '103'])
  await assertAccessible(p.page)
  await shot(p.page, 'import-rest-done')

  const right = rows[0].map((v, i) => (i === 4 ? '120' : v))
  await p.page.goto(`/p/${other}/imports`)
  await pick(p.page, '改好的行.xlsx', workbook({ 有误的行: [heads, right] }))
  await p.page.getByRole('button', { name: '导入 1 行' }).click()
  await p.page.getByText('已导入 1 行').waitFor()
  assert.deepEqual(await found(), ['101', '102', '103'])
  await p.close()
})
