// The heart: a roster becomes a printed receipt, through the pages alone. E2E_DB
// names another database than SQLite.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test as run } from 'node:test'
import { assertAccessible, focus, keyboard, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import { assetSheet } from '../lib/roster.mjs'
import * as seed from '../lib/seed.mjs'
import { fill } from '../lib/xlsx.mjs'

const month = seed.month()
let linli, browser, boss, p, page, project

// One window for the whole morning, as it is worked.
before(async () => {
  linli = await startLinli({ env: { LINLI_DB: process.env.E2E_DB ?? '' } })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  p = await seed.pageOf(browser, linli.origin, boss)
  // A formula that is still being typed is refused by the check; that is its job.
  p.expect(/422 \(Unprocessable Entity\).*formula-checks/)
  page = p.page
  await p.context.addInitScript(() => { window.print = () => { window.top.printed = (window.top.printed ?? 0) + 1 } })
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

// The steps stand on each other: after one has failed the rest say so at once.
let failed = ''
const test = (title, work) => run(title, async () => {
  assert.equal(failed, '', `an earlier step failed: ${failed}`)
  failed = title
  try {
    await work()
  } catch (e) {
    await shot(page, 'main-job-failed')
    throw e
  }
  failed = ''
})

const at = (path) => `/projects/${project}${path}`
/** The words of an element once they are there. */
const reads = (locator, pattern) => eventually(async () => assert.match(await locator.innerText(), pattern))
const count = async (what) => (await boss.get(at(`/${what}?limit=100`))).body.items.length
const menu = (name) => page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name, exact: true }).click()
const drawer = (name) => page.getByRole('dialog', { name })
const date = async (form, label, day) => {
  const field = form.getByRole('combobox', { name: label }).or(form.getByRole('textbox', { name: label })).first()
  await field.fill(day)
  await field.press('Tab')
}

test('[B1] the administrator makes the first project, and corrects it', async () => {
  await page.goto('/')
  await page.getByRole('heading', { level: 1, name: '先建第一个项目' }).waitFor()
  await assertAccessible(page)
  await page.getByRole('button', { name: '建立项目' }).click()
  await page.getByText('请填写项目名称').waitFor()
  await page.getByLabel('项目名称').fill('翠湖花园')
  await page.getByLabel('类型').selectOption('residential')
  await page.getByLabel('地址').fill('杭州市西湖区翠湖路 18 号')
  await page.getByLabel('总建筑面积').fill('89560.50')
  await page.getByRole('button', { name: '建立项目 翠湖花园' }).click()
  await page.waitForURL(/\/p\/\d+/)
  project = /\/p\/(\d+)/.exec(page.url())[1]
  const made = (await boss.get(at(''))).body
  assert.deepEqual([made.name, made.kind, made.address, made.built_area], ['翠湖花园', 'residential', '杭州市西湖区翠湖路 18 号', 8956050])

  await menu('全部项目')
  await page.getByRole('row', { name: /翠湖花园/ }).getByRole('button', { name: '修改' }).click()
  await drawer('修改翠湖花园').getByLabel('占地面积').fill('32000')
  await drawer('修改翠湖花园').getByRole('button', { name: '保存项目' }).click()
  await drawer('修改翠湖花园').waitFor({ state: 'hidden' })
  assert.equal((await boss.get(at(''))).body.land_area, 3200000)
  p.calm()
})

const home = { 楼栋: '1栋', 单元: '1单元', 总层数: 18, 房屋类型: '住宅', 户型: '三室两厅', 房屋状态: '自住', 身份: '业主' }
const households = [
  { ...home, 房号: '101', 楼层: 1, 建筑面积: 89.3, 姓名: '陈建国', 手机号: '13805715678', 身份证号: '330106197203150036', 入住日期: '2019-06-01' },
  { ...home, 房号: '502', 楼层: 5, 建筑面积: 100, 姓名: '王秀英', 手机号: '13905711234' },
  { ...home, 房号: '601', 楼层: 6, 建筑面积: 120.55, 姓名: '李明', 手机号: '13705719876' },
  { ...home, 房号: '701', 楼层: 7, 建筑面积: 89.3, 姓名: '陈建国', 手机号: '13805715678', 身份证号: '330106197203150036' },
]

test('[B2][B3][P9] our template, filled: an error is named by row and cell and nothing is written; put right, all is', async () => {
  await menu('导入')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '下载模板' }).click()])
  const template = readFileSync(await download.path())
  const wrong = households.map((r, n) => (n === 2 ? { ...r, 建筑面积: '一百二' } : r))
  await page.getByLabel('选择文件').setInputFiles({ name: '翠湖花园.xlsx', mimeType: 'application/octet-stream', buffer: fill(template, wrong) })
  await page.getByText('有 1 处错误，一行也没有写入').waitFor()
  const error = page.getByRole('table', { name: '有误的行' }).getByRole('row', { name: /一百二/ })
  await reads(error, /^\s*4\s+H4\s+建筑面积/)
  await assertAccessible(page)
  await shot(page, 'import-refused')
  assert.deepEqual([await count('rooms'), await count('people')], [0, 0])

  await page.getByLabel('选择文件').setInputFiles({ name: '翠湖花园.xlsx', mimeType: 'application/octet-stream', buffer: fill(template, households) })
  await reads(page.getByRole('table', { name: '核对将要写入的内容' }), /房屋\s+4\s+0\s+0/)
  await page.getByRole('button', { name: '导入 4 行' }).waitFor()
  await assertAccessible(page)
  await shot(page, 'import-preview')
  assert.equal(await count('rooms'), 0, 'a preview writes nothing')
  await page.getByRole('button', { name: '导入 4 行' }).click()
  await page.getByText('已导入 4 行').waitFor()
  assert.deepEqual([await count('rooms'), await count('people')], [4, 3], 'one person with two rooms')
  p.calm()
})

test('[B2][B3][P9] the 17-column 资产信息 sheet as it is exported elsewhere', async () => {
  const sheet = [
    { building: '2', room: '301', area: 76.2, owner: '赵敏', phone: '13605710001' },
    { building: '2', room: '302', area: 76.2, owner: '周强', phone: '13605710002' },
    { building: '2', room: '401', area: 110 },
  ]
  await menu('导入')
  await page.getByLabel('选择文件').setInputFiles({ name: '资产信息.xlsx', mimeType: 'application/octet-stream', buffer: assetSheet(sheet.map((r, n) => (n === 1 ? { ...r, phone: '1360571000' } : r))) })
  await page.getByText('有 1 处错误，一行也没有写入').waitFor()
  await reads(page.getByRole('table', { name: '有误的行' }).getByRole('row', { name: /136\*\*\*1000/ }), /^\s*3\s+O3\s+手机号[\s\S]*10 位/)
  assert.equal(await count('rooms'), 4)
  await page.getByLabel('选择文件').setInputFiles({ name: '资产信息.xlsx', mimeType: 'application/octet-stream', buffer: assetSheet(sheet) })
  await page.getByRole('button', { name: '导入 3 行' }).click()
  await page.getByText('已导入 3 行').waitFor()
  assert.deepEqual([await count('rooms'), await count('people')], [7, 5])

  // What came in can be seen: buildings and rooms with floor, layout and area.
  await menu('楼栋与房屋')
  const row = page.getByRole('row', { name: /1栋1单元601/ })
  await reads(row, /住宅\s+6 \/ 18\s+三室两厅\s+120\.55/)
  await assertAccessible(page)
  await shot(page, 'rooms')
  p.calm()
})

async function item({ name, basis, price, formula, source, scope }) {
  await menu('费用项目')
  await page.getByRole('button', { name: '新建费用项目' }).first().click()
  const form = drawer('新建费用项目')
  await form.getByLabel('费用名称').fill(name)
  await form.getByLabel('怎么算').selectOption(basis)
  await date(form, '从哪天起收', `${month.slice(0, 4)}-01-01`)
  await form.getByRole('button', { name: `新建“${name}”` }).click()
  await page.waitForURL(/items\/\d+$/)
  await page.getByText('没有收费范围，出账时这项费用谁也不收。').waitFor()

  await page.getByRole('button', { name: '新单价' }).click()
  const rate = drawer(`${name}：新单价`)
  await date(rate, '从哪天起执行', `${month.slice(0, 4)}-01-01`)
  if (formula) {
    await rate.getByLabel('公式', { exact: true }).fill(formula.wrong)
    await rate.getByText(/第 \d+ 个字符/).waitFor()
    await rate.getByLabel('公式', { exact: true }).fill(formula.right)
    await rate.getByText(/用到：楼层/).waitFor()
    await shot(page, 'item-formula')
  } else await rate.getByLabel(/^单价/).fill(price)
  await rate.getByRole('radio', { name: source[0] }).click()
  await rate.getByLabel('文号或说明').fill(source[1])
  await rate.getByRole('button', { name: /^从 .* 起执行/ }).click()
  await rate.waitFor({ state: 'hidden' })
  await page.getByRole('cell', { name: new RegExp(source[1].replace(/[〔〕]/g, '.')) }).waitFor()

  await page.getByRole('button', { name: '新增范围' }).first().click()
  const where = drawer(`${name}：收费范围`)
  if (scope) {
    await where.getByRole('radio', { name: '一栋楼' }).click()
    await where.getByLabel('楼栋').selectOption(scope)
  }
  await where.getByRole('button', { name: scope ? `收${scope}` : '收全项目' }).click()
  await where.waitFor({ state: 'hidden' })
  await page.getByRole('row', { name: scope ? new RegExp(scope) : /全项目/ }).first().waitFor()
  await assertAccessible(page)
}

test('[F1] fee items: area × price with its legal source, and an own formula over the floor, assigned to all and to one building', async () => {
  await item({ name: '物业服务费', basis: '按建筑面积', price: '2.80', source: ['备案', '杭价备〔2026〕118 号'] })
  await shot(page, 'item')
  await item({ name: '电梯运行费', basis: '按公式', formula: { wrong: '如果(楼层>5, (楼层-5)*5+10, 10', right: '如果(楼层>5, (楼层-5)*5+10, 10)' }, source: ['业主大会表决', '业主大会〔2026〕3 号'], scope: '1栋' })
  const items = (await boss.get(at('/items'))).body.items
  assert.deepEqual(items.map((i) => [i.name, i.basis, i.rate.source_kind]).sort(), [['物业服务费', 'area', 'filing'], ['电梯运行费', 'formula', 'vote']].sort())
  p.calm()
})

// ㎡ × 2.80 rounded half up, and the formula by floor: 1 and 5 → 10, 6 → 15, 7 → 20.
const fees = { 101: [25004, 1000], 502: [28000, 1000], 601: [33754, 1500], 701: [25004, 2000] }
const other = [21336, 21336, 30800]
const whole = Object.values(fees).flat().concat(other).reduce((x, y) => x + y)

test('[F3] the month is run, and every charge says how it came about', async () => {
  await menu('出账审核')
  await page.getByRole('button', { name: '出账', exact: true }).first().click()
  await drawer('出哪个月的账？').getByRole('button', { name: `出 ${month} 的账` }).click()
  await page.getByRole('heading', { level: 1, name: /出账审核/ }).waitFor()
  await page.getByText('合计、差额、条数已核对一致').waitFor()
  const made = (await boss.get(at('/runs'))).body.items[0]
  assert.deepEqual([made.lines, made.amount, made.faults], [11, whole, 0])
  await reads(page.locator('.equation'), new RegExp(seed.yuan(whole).replace('.', '\\.')))
  await page.getByRole('navigation', { name: '出账明细' }).getByRole('link', { name: /^全部/ }).click()
  await page.getByRole('button', { name: '1栋1单元601 物业服务费 展开怎么算的' }).click()
  await page.getByText(/120\.55 ㎡ × 2\.80? 元/).first().waitFor()
  await page.getByText(/杭价备〔2026〕118 号/).first().waitFor()
  await assertAccessible(page)
  p.calm()
})

test('[F4] in the review one line is held, one corrected with a reason, and the rest released by keyboard', async () => {
  const lines = page.getByRole('table', { name: '出账明细' })
  await lines.getByRole('row', { name: /1栋1单元502.*物业服务费/ }).getByRole('button', { name: '暂缓' }).click()
  const hold = drawer(/暂缓1栋1单元502 物业服务费/)
  await hold.getByRole('button', { name: '等核对面积' }).click()
  await hold.getByRole('button', { name: '暂缓这条' }).click()
  await hold.waitFor({ state: 'hidden' })

  await lines.getByRole('row', { name: /1栋1单元701.*电梯运行费/ }).getByRole('button', { name: '更正' }).click()
  const correct = drawer('更正1栋1单元701 电梯运行费的金额？')
  await correct.getByLabel('改成').fill('12.5')
  await correct.getByRole('button', { name: '更正为 12.50' }).click()
  await correct.getByText(/请写明原因/).waitFor()
  await correct.getByRole('button', { name: '与住户约定' }).click()
  await correct.getByRole('button', { name: '更正为 12.50' }).click()
  await correct.waitFor({ state: 'hidden' })
  fees[701][1] = 1250

  const release = whole - 750 - fees[502][0]
  await page.getByText('暂缓的 1 条留在本页').waitFor()
  await reads(page.locator('aside.release'), new RegExp(seed.yuan(release).replace('.', '\\.')))
  await page.getByRole('button', { name: /^发布 7 户账单/ }).waitFor()
  await shot(page, 'run-review-first')
  await page.keyboard.press('Control+Enter')
  await drawer('发布 7 户账单？').getByText(`¥${seed.yuan(release)} 计入应收`).waitFor()
  await page.keyboard.press('Control+Enter')
  await page.getByRole('heading', { name: '已发布' }).waitFor()
  const totals = (await boss.get(at('/charges?count=true'))).body.totals
  assert.deepEqual([totals.count, totals.amount, totals.owed], [10, release, release])
  const held = (await boss.get(at(`/counter/${(await seed.roomIds(boss, project))['1栋1单元502']}`))).body
  assert.equal(held.owed, fees[502][1], 'what is held is owed by nobody')
  p.calm()
})

let receipt

test('[F7] at the counter the keyboard is enough: room, Enter, 1, Enter, and the receipt is printed', async () => {
  const owed = fees[101][0] + fees[101][1] + fees[701][0] + fees[701][1]
  await menu('收银台')
  await focus(page, /^combobox: 找一户/)
  await assertAccessible(page)
  const printing = page.waitForResponse(/\/receipts\/\d+\/print/)
  const k = keyboard(page)
  await k.type('1#1-101')
  await k.press('Enter')
  await page.getByRole('button', { name: `收款 ¥${seed.yuan(owed)}` }).waitFor()
  await k.press('1', 'Enter')
  assert.ok(k.count - 1 <= 4, `${k.count - 1} keys after the room`)
  const done = page.getByRole('region', { name: '已收款' })
  await done.waitFor()
  receipt = (await boss.get(at('/receipts'))).body.items[0]
  assert.match(receipt.number, /000001$/)
  assert.equal(receipt.amount, owed, 'both rooms of the household')
  await done.getByText(receipt.number).waitFor()
  const html = await (await printing).text()
  assert.ok(html.includes(receipt.number))
  assert.equal(html.includes('补打'), false)
  await page.waitForFunction(() => window.printed === 1)
  await done.getByText('已打印 1 份').waitFor()
  await assertAccessible(page)

  // The next one in full width, without the mouse. Nobody reads the change in less than 400 ms: an Enter before that is
  // taken for the second half of the one that paid.
  await page.waitForTimeout(400)
  const two = keyboard(page)
  await two.press('Enter')
  await focus(page, /^combobox: 找一户/)
  await two.type('２栋３０２')
  await two.press('Enter')
  await page.getByRole('button', { name: `收款 ¥${seed.yuan(other[1])}` }).waitFor()
  await two.press('1', 'Enter')
  await done.getByText(/000002$/).waitFor()
  assert.ok(two.count - 1 <= 4)
  await page.waitForFunction(() => window.printed === 2)
  p.calm()
})

// 250.04 + 10.00 + 250.04 + 12.50
const inWords = '伍佰贰拾贰元伍角捌分'

for (const [paper, width, height] of [['80', 80, null], ['a4', 210, 297]]) {
  test(`[F7] the receipt on paper: ${paper}`, async () => {
    const sheet = await seed.pageOf(browser, linli.origin, boss)
    await sheet.page.goto(`/api/v1${at(`/receipts/${receipt.id}/print?paper=${paper}`)}`)
    const text = await sheet.page.locator('body').innerText()
    for (const words of [receipt.number, inWords, '1栋1单元101', '陈建国', '522.58', '250.04', '翠湖花园', '周岚']) assert.ok(text.includes(words), `${words} is missing on paper:\n${text}`)
    assert.match(text, /仅供查看，不作收据/, 'looking at a receipt is not printing it')
    const pdf = (await sheet.page.pdf({ preferCSSPageSize: true })).toString('latin1')
    const pages = [...pdf.matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)]
    assert.equal(pages.length, 1, 'one page')
    const mm = (pt) => Number(pt) / 72 * 25.4
    assert.ok(Math.abs(mm(pages[0][1]) - width) < 1, `width ${mm(pages[0][1])} mm`)
    if (height) assert.ok(Math.abs(mm(pages[0][2]) - height) < 1, `height ${mm(pages[0][2])} mm`)
    const wide = await sheet.page.evaluate(() => document.documentElement.scrollWidth * 25.4 / 96)
    assert.ok(wide <= width + 1 || sheet.page.viewportSize().width * 25.4 / 96 >= wide, `nothing stands beyond the paper: ${wide} mm`)
    await sheet.close()
  })
}

test('[F3][F7] the household page shows that nothing is owed, and the receipt', async () => {
  await menu('住户查询')
  await page.getByRole('combobox', { name: /房号、姓名/ }).fill('1-1-101')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: /1栋1单元101 · 陈建国/ }).waitFor()
  await page.getByText('已缴清').first().waitFor()
  await reads(page.locator('.card.money'), /当前欠费\s+¥\s*0\.00/)
  await reads(page.locator('.card.money'), /522\.58/)
  await page.getByRole('tab', { name: /缴费/ }).click()
  await page.getByText(receipt.number).first().waitFor()
  await page.getByRole('tab', { name: '账单' }).click()
  await page.getByText('没有未缴的费用').waitFor()
  await assertAccessible(page)
  p.calm()
})
