// Meters as people read them: by spreadsheet, by phone without a signal, and
// when the meter on the wall is another one than last month.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PHONE, assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually, until } from '../lib/eventually.mjs'
import { gbk } from '../lib/gbk.mjs'
import { startLinli } from '../lib/linli.mjs'
import { picture } from '../lib/picture.mjs'
import * as seed from '../lib/seed.mjs'
import { workbook } from '../lib/xlsx.mjs'

let linli, browser, boss, accountant, cashier, project
const meters = {}

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  await seed.rooms(boss, project, ['101', '201', '202', '301'].map((room, i) => ({ building: '1', room, area: 80 + i, owner: `住户${i + 1}`, phone: `1380571567${i}` })))
  accountant = await seed.staff(boss, linli.origin, 'sunmin', '孙敏', 'accountant', project)
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  await boss.post(at('/meter-batches'), { kind: 'water', digits: 5, installed: `${seed.month(-2)}-01` })
  for (const row of await sheet()) meters[row.meter.label] = row.meter.id
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
const sheet = async (month = seed.month()) => (await boss.get(at(`/reading-sheet?month=${month}&limit=200`))).body.items
const readingOf = async (label, month) => (await sheet(month)).find((r) => r.meter.label === label).reading
async function open(who, path, options) {
  const p = await seed.pageOf(browser, linli.origin, who.api, options)
  await p.page.goto(`/p/${project}${path}`)
  return p
}
const upload = (page, name, buffer) => page.getByLabel('选择文件').setInputFiles({ name, mimeType: 'application/octet-stream', buffer })

test('[F2] how much usage waits for review is decided on the page before anything is read', async () => {
  const p = await open(accountant, '/readings')
  await p.page.getByRole('button', { name: '用量偏大的标准' }).click()
  const rule = p.page.getByRole('dialog', { name: '用量多大要待复核' })
  await rule.getByLabel('和前几期的平均比').fill('1')
  await rule.getByLabel('超过平均的几倍').fill('2')
  await rule.getByText('例如前 1 期平均每期用 10：本期用量超过 20（2 倍）就待复核').waitFor()
  await rule.getByRole('button', { name: '超过前 1 期平均 2 倍的待复核' }).click()
  await rule.waitFor({ state: 'hidden' })
  await p.close()
})

test('[F2] readings by Excel: our sheet comes prefilled, every wrong cell is named and nothing written, all of it is entered and taken back', async () => {
  const last = seed.month(-1)
  const p = await open(accountant, '/reading-sheets')
  await p.page.getByText('还没有上传过抄表单').waitFor()
  await p.page.getByRole('link', { name: '下载抄表单' }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'reading-sheets')
  const head = ['房屋或位置', '表号', '上期读数', '本期读数', '抄表日期']
  await upload(p.page, '抄表单.xlsx', workbook({ 抄表: [head, ['1栋1单元101', '', 0, 'abc', `${last}-28`], ['9-9-999', '', '', 12, `${last}-28`], ['1栋1单元201', '', 7, 6, `${last}-28`], ['1-1-202', '', '', 12, '2099-01-01']] }))
  await p.page.getByText('有 4 处错误，一行也没有写入').waitFor()
  for (const [cell, words] of [['D2', /不是读数/], ['A3', /没有这间房/], ['D4', /本期读数 6 小于上期 7/], ['E5', /不能晚于今天/]]) await p.page.getByRole('row', { name: new RegExp(cell) }).getByText(words).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'reading-sheet-errors')
  assert.equal((await sheet(last)).filter((r) => r.reading).length, 0)

  // MicroCommunity's sheet, in GBK, with a line of instructions before the header.
  const foreign = ['请勿修改表头', '楼栋编号,单元编号,房屋编码,上期度数,上期读表时间,本期度数,本期读表时间,备注',
    ...[['101', 10], ['201', 12], ['202', 9]].map(([room, v]) => `1,1,${room},0,${seed.month(-2)}-01,${v},${last}-28,`)].join('\r\n')
  await upload(p.page, '水电抄表.csv', gbk(foreign))
  await p.page.getByText('3 块表').waitFor()
  await p.page.getByRole('cell', { name: new RegExp(`水表 1栋1单元101 ${last}：0 → 10，用量 10`) }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'reading-sheet-preview')
  await p.page.getByRole('button', { name: '导入 3 行' }).click()
  await p.page.getByText('已录入 3 行读数').waitFor()
  assert.equal((await readingOf('1栋1单元201', last)).usage, 12_0000)

  await p.page.getByRole('button', { name: '撤销这次导入' }).click()
  const ask = p.page.getByRole('dialog', { name: /撤销导入 水电抄表\.csv/ })
  await ask.getByRole('button', { name: '撤销这次导入' }).click()
  await p.page.getByText('导入的读数已全部作废').waitFor()
  assert.equal((await sheet(last)).filter((r) => r.reading).length, 0)
  await p.page.getByRole('link', { name: '回 Excel 抄表' }).click()
  await upload(p.page, '水电抄表.csv', gbk(foreign))
  await p.page.getByRole('button', { name: '导入 3 行' }).click()
  await p.page.getByText('已录入 3 行读数').waitFor()
  await p.close()

  const template = await fetch(`${linli.origin}/api/v1${at(`/reading-imports/template.xlsx?month=${last}`)}`, { headers: { cookie: boss.cookie } })
  assert.match(template.headers.get('content-disposition'), /xlsx/)
  assert.ok((await template.arrayBuffer()).byteLength > 4000)
  // The same file once more says nothing new.
  const again = (await accountant.api.upload(at('/reading-imports'), '水电抄表.csv', gbk(foreign), { kind: 'water' })).body
  const checked = await until(async () => (await boss.get(at(`/reading-imports/${again.id}`))).body, (x) => x.state !== 'checking')
  assert.deepEqual([checked.state, checked.facts[0].value, checked.facts[2].value], ['ready', '0 块表', '3 块'])
})

test('[F2] a meter is replaced with reason and photo, its history is one line, an estimate is trued up, a dial that went round waits for review', async () => {
  const p = await open(accountant, `/readings?month=${seed.month()}`)
  await p.page.getByRole('link', { name: '1栋1单元101' }).click()
  await p.page.getByRole('heading', { level: 1, name: '1栋1单元101' }).waitFor()
  await p.page.getByRole('button', { name: '换表' }).click()
  const form = p.page.getByRole('dialog', { name: '1栋1单元101换表' })
  await form.getByLabel('旧表最后读数').fill('13')
  await form.getByText('旧表这段用量 3').waitFor()
  await form.getByLabel('新表表号').fill('S2026-7')
  await form.getByLabel('新表起始读数').fill('5')
  await form.getByRole('button', { name: '表坏了' }).click()
  await form.getByLabel('拍照或选图片').setInputFiles({ name: '旧表.png', mimeType: 'image/png', buffer: picture() })
  await form.getByRole('img', { name: '旧表照片' }).waitFor()
  await shot(p.page, 'meter-replace')
  await form.getByRole('button', { name: '换表' }).click()
  await p.page.getByText('S2026-7').first().waitFor()
  const row = p.page.getByRole('row', { name: /10 → 13/ })
  await row.getByText(/拆表，表坏了/).waitFor()
  await row.getByRole('link', { name: /看照片/ }).waitFor()
  await p.settled()
  await assertAccessible(p.page)
  await shot(p.page, 'meter-history')
  const history = (await boss.get(at(`/meters/${meters['1栋1单元101']}/history`))).body
  assert.deepEqual(history.meters.map((m) => m.number), ['1栋1单元101', 'S2026-7'])
  const photo = await fetch(`${linli.origin}/api/v1${at(`/readings/${history.readings[0].id}/photo`)}`, { headers: { cookie: boss.cookie } })
  assert.equal(photo.headers.get('content-type'), 'image/jpeg')
  assert.deepEqual([...new Uint8Array(await photo.arrayBuffer()).slice(0, 2)], [0xff, 0xd8])

  await p.page.goto(`/p/${project}/readings?month=${seed.month()}`)
  const value = (label) => p.page.getByRole('textbox', { name: `${label}本期读数` })
  await value('1栋1单元101').fill('9')
  await value('1栋1单元101').press('Enter')
  await p.page.getByText('水表 4 块，已抄 1 块').waitFor()
  await p.page.getByRole('row', { name: /1栋1单元201/ }).getByRole('button', { name: '估抄' }).click()
  const guess = p.page.getByRole('dialog', { name: '1栋1单元201估抄' })
  await guess.getByText('前几期平均每期用 12，按此估为 24').waitFor()
  await guess.getByRole('button', { name: '家中无人' }).click()
  await shot(p.page, 'meter-estimate')
  await guess.getByRole('button', { name: '按估计录入' }).click()
  await p.page.getByRole('row', { name: /1栋1单元201/ }).getByText('估抄').first().waitFor()
  await eventually(async () => assert.equal((await readingOf('1栋1单元201')).estimated, true))

  p.expect(/409 \(Conflict\).*\/readings/)
  await value('1栋1单元202').fill('4')
  await value('1栋1单元202').press('Enter')
  await p.page.getByText('本期读数 4 小于上期 9，请核对是否抄错或换表').waitFor()
  await p.page.getByRole('button', { name: '表字翻转' }).click()
  await p.page.getByRole('dialog', { name: /走满后从 0 开始了/ }).getByRole('button', { name: '确认表字翻转' }).click()
  await p.page.getByRole('row', { name: /1栋1单元202/ }).getByText('待复核').waitFor()
  const turned = await readingOf('1栋1单元202')
  assert.deepEqual([turned.rolled, turned.usage, turned.state], [true, 99_995_0000, 'review'])
  await boss.post(at(`/readings/${turned.id}/void`), { note: '抄错数' })
  await boss.post(at(`/readings/${(await readingOf('1栋1单元201')).id}/void`), { note: '抄错数' })
  await p.close()
})

test('[F2] what is typed and photographed on the phone outlives a page that is ended before it is saved', async () => {
  const p = await open(cashier, '/phone/readings', { size: PHONE })
  await p.page.getByRole('button', { name: '从第一块开始抄' }).click()
  await p.page.getByText('第 1 / 3 块').waitFor()
  const value = p.page.getByRole('textbox', { name: '本期读数' })
  await value.fill('13')
  await p.page.getByLabel('拍表盘').setInputFiles({ name: 'dial.png', mimeType: 'image/png', buffer: picture() })
  await p.page.getByRole('img', { name: '表盘照片' }).waitFor()
  const at = p.page.url()
  await p.page.close()

  const page = await p.context.newPage()
  await page.goto(at)
  await page.getByText('上次填了没保存，请核对后保存').waitFor()
  await page.getByRole('img', { name: '表盘照片' }).waitFor()
  await page.getByText('第 1 / 3 块').waitFor()
  const again = page.getByRole('textbox', { name: '本期读数' })
  assert.equal(await again.inputValue(), '13')
  await assertAccessible(page)
  await shot(page, 'phone-draft')
  // Cleared by hand nothing comes back.
  await page.getByRole('button', { name: '不要这张' }).click()
  await again.fill('')
  await eventually(async () => assert.equal(await page.evaluate(() => new Promise((told) => {
    const open = indexedDB.open('linli-phone-drafts', 1)
    open.onsuccess = () => {
      const all = open.result.transaction('drafts').objectStore('drafts').getAll()
      all.onsuccess = () => { open.result.close(); told(all.result.length) }
    }
  })), 0))
  await p.close()
})

test('[F2] meters are read on the phone with the network off: kept in the phone over a closed page, uploaded once when it is back, conflicts shown and never lost', async () => {
  const p = await open(cashier, '/phone/readings', { size: PHONE })
  p.expect(/ERR_INTERNET_DISCONNECTED|409 \(Conflict\).*\/readings/)
  const page = p.page
  await page.getByText('3', { exact: true }).waitFor()
  await page.getByText('共 4 块，已抄 1 块').waitFor()
  await p.settled()
  await assertAccessible(page)
  await shot(page, 'phone-list')
  await p.context.setOffline(true)
  await page.getByText('没有网络，照常抄，联网后自动上传').waitFor()

  await page.getByRole('button', { name: '从第一块开始抄' }).click()
  const value = page.getByRole('textbox', { name: '本期读数' })
  await page.getByText('1栋1单元201', { exact: true }).waitFor()
  await page.getByText(/上期 12（/).waitFor()
  await value.fill('5')
  await page.getByText(/比上期 12 小/).waitFor()
  await page.getByRole('button', { name: '保存，下一块' }).click()
  await page.getByText('1栋1单元201', { exact: true }).waitFor()
  await value.fill('50')
  await page.getByText('明显比平时多').waitFor()
  await shot(page, 'phone-unusual')
  await value.fill('20')
  await page.locator('[data-usage="80000"]').waitFor()
  await page.getByLabel('拍表盘').setInputFiles({ name: 'dial.png', mimeType: 'image/png', buffer: picture(2400, 1800) })
  await page.getByText('照片和读数一起存在手机里').waitFor()
  await assertAccessible(page)
  await shot(page, 'phone-entry', { keep: 'guide/pages/phone-entry' })
  await page.getByRole('button', { name: '保存，下一块' }).click()
  await page.getByText('待上传 1 条').waitFor()
  await page.getByText('1栋1单元202', { exact: true }).waitFor()
  await value.fill('15')
  await value.press('Enter')
  await page.getByText('待上传 2 条').waitFor()
  await page.getByText('1栋1单元301', { exact: true }).waitFor()
  await value.fill('7')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText('待上传 3 条').waitFor()
  await page.getByText('都抄完了').first().waitFor()
  await page.getByRole('button', { name: '全部', exact: true }).click()
  await page.getByRole('button', { name: /1栋1单元301/ }).getByText('待上传').waitFor()
  await shot(page, 'phone-offline')
  assert.equal((await sheet()).filter((r) => r.reading).length, 1, 'nothing left the phone')

  // The browser is closed; meanwhile somebody else reads one of the three.
  await page.close()
  await boss.post(at('/readings'), { meter_id: meters['1栋1单元202'], month: seed.month(), date: seed.today(), value: 16_0000 })
  await p.context.setOffline(false)
  const later = await p.context.newPage()
  await later.goto(`/p/${project}/phone/readings`)
  await later.getByText('1 条没传上去，点这里处理').waitFor()
  await eventually(async () => assert.deepEqual([(await readingOf('1栋1单元201'))?.value, (await readingOf('1栋1单元301'))?.value], [20_0000, 7_0000]))
  const kept = await readingOf('1栋1单元201')
  assert.deepEqual([kept.photo, kept.reader, kept.usage], [true, '李雪梅', 8_0000])
  assert.equal((await readingOf('1栋1单元202')).value, 16_0000, 'theirs stands until a person decides')
  await later.getByRole('button', { name: /1 条没传上去/ }).click()
  const card = later.getByRole('region', { name: '1栋1单元202' })
  await card.getByText(/已有读数 16（/).waitFor()
  await assertAccessible(later)
  await shot(later, 'phone-conflict')
  await card.getByRole('button', { name: '用我抄的' }).click()
  await later.getByText('都抄完了').first().waitFor()
  await eventually(async () => assert.equal((await readingOf('1栋1单元202')).value, 15_0000))
  const all = (await boss.get(at(`/meters/${meters['1栋1单元201']}/readings`))).body.items.filter((r) => r.month === seed.month() && r.state !== 'void')
  assert.equal(all.length, 1, 'uploaded once')
  await p.close()
})

test('[F2] the phone page opens again with the network off: the page, the list and what waits are there, nothing of the API is cached, readings go out when the network is back, the sign-out clears it', async () => {
  await boss.post(at('/meter-batches'), { kind: 'electricity', digits: 5, installed: `${seed.month(-2)}-01` })
  const electricity = async () => (await boss.get(at(`/reading-sheet?kind=electricity&month=${seed.month()}&limit=200`))).body.items
  const valueOf = async (label) => (await electricity()).find((r) => r.meter.label === label).reading?.value
  const p = await seed.pageOf(browser, linli.origin, cashier.api, { size: PHONE })
  p.expect(/ERR_INTERNET_DISCONNECTED|401 \(Unauthorized\)/)
  const page = p.page
  await page.goto('/theme.js')
  await page.evaluate(async () => (await caches.open('linli-phone-0')).put('/', new Response('an old release')))
  await page.goto(`/p/${project}/phone/readings?kind=electricity`)
  await page.getByText('共 4 块，已抄 0 块').waitFor()
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  const cached = () => page.evaluate(async () => Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map((r) => new URL(r.url).pathname))))
  await eventually(async () => {
    const [files, ...older] = await cached()
    assert.ok(files.includes('/') && files.length > 5, files.join(' '))
    assert.deepEqual(older, [], 'what an older release left is dropped')
    assert.deepEqual(files.filter((f) => f !== '/' && !/^\/(assets\/[^/]+|theme\.js|favicon\.svg)$/.test(f)), [])
  })
  await p.settled()

  await p.context.setOffline(true)
  await page.reload()
  await page.getByText('没有网络，照常抄，联网后自动上传').waitFor()
  await page.getByText(/要抄的表是 今天 \d\d:\d\d 下载的/).waitFor()
  await page.getByText('共 4 块，已抄 0 块').waitFor()
  await assertAccessible(page)
  await shot(page, 'phone-reopened')
  await page.getByRole('button', { name: /1栋1单元201/ }).click()
  await page.getByRole('textbox', { name: '本期读数' }).fill('120')
  await page.getByRole('button', { name: '保存，下一块' }).click()
  await page.getByText('待上传 1 条').waitFor()
  // Another tab instead of the one that is gone: page, list and what waits are there.
  await page.close()
  const later = await p.context.newPage()
  await later.goto(`/p/${project}/phone/readings?kind=electricity`)
  await later.getByText('待上传 1 条').waitFor()
  await later.getByText('共 4 块，已抄 1 块').waitFor()
  await later.getByRole('button', { name: /1栋1单元301/ }).click()
  await later.getByRole('textbox', { name: '本期读数' }).fill('80')
  await later.getByRole('button', { name: '保存', exact: true }).click()
  await later.getByText('待上传 2 条').waitFor()
  assert.deepEqual([await valueOf('1栋1单元201'), await valueOf('1栋1单元301')], [undefined, undefined], 'nothing left the phone')

  await p.context.setOffline(false)
  await eventually(async () => assert.deepEqual([await valueOf('1栋1单元201'), await valueOf('1栋1单元301')], [120_0000, 80_0000]))
  await later.getByText('共 4 块，已抄 2 块').waitFor()
  await later.getByText(/要抄的表是/).waitFor({ state: 'detached' })
  await eventually(async () => assert.equal((await electricity()).find((r) => r.meter.label === '1栋1单元301').reading.reader, '李雪梅'))

  // The session ends: what this phone kept of it goes, also for the next time without a signal.
  await cashier.api.delete('/session')
  await later.reload()
  await later.getByLabel('登录名').waitFor()
  const left = () => later.evaluate(() => new Promise((done) => {
    const open = indexedDB.open('linli-phone-kept')
    open.onsuccess = () => { const all = open.result.transaction('copies').objectStore('copies').count(); all.onsuccess = () => done(all.result) }
  }))
  await eventually(async () => assert.equal(await left(), 0))
  await p.context.setOffline(true)
  await later.goto(`/p/${project}/phone/readings?kind=electricity`)
  await later.getByText('没有连上服务器').first().waitFor()
  await p.close()
})

test('[F2] whoever may read meters and nothing else works without a refusal; a double tap saves one and skips none; what is no thousands is no number', async () => {
  await boss.post(at('/meter-batches'), { kind: 'gas', digits: 5, installed: `${seed.month(-2)}-01` })
  const role = (await boss.post('/roles', { name: '抄表工', note: '', permissions: ['meter.read', 'meter.record'] })).body.role
  const reader = await seed.staff(boss, linli.origin, 'guohaitao', '郭海涛', role, project)
  const desk = await open(reader, '/readings?kind=gas')
  await desk.page.getByText('燃气表 4 块，已抄 0 块').waitFor()
  await desk.settled()
  await desk.page.getByRole('button', { name: /郭海涛/ }).click()
  await desk.page.getByRole('menuitem', { name: '退出登录' }).click()
  await desk.page.getByRole('button', { name: '登录', exact: true }).waitFor()
  await desk.page.waitForLoadState('networkidle')
  await desk.close()

  const again = await seed.signIn(linli.origin, 'guohaitao', reader.password)
  const p = await open({ api: again }, '/phone/readings?kind=gas', { size: PHONE })
  await p.page.getByLabel('楼栋').selectOption({ label: '1栋' })
  await p.page.getByRole('button', { name: '从第一块开始抄' }).tap()
  const value = p.page.getByRole('textbox', { name: '本期读数' })
  await value.fill('47,5')
  await p.page.getByText('读数只写数字，最多 4 位小数').waitFor()
  await value.fill('47')
  const box = await p.page.getByRole('button', { name: '保存，下一块' }).boundingBox()
  const spot = [box.x + box.width / 2, box.y + box.height / 2]
  await p.page.touchscreen.tap(...spot)
  await p.page.getByText('第 2 / 4 块').waitFor()
  await p.page.touchscreen.tap(...spot)
  await p.settled()
  await p.page.getByText('第 2 / 4 块').waitFor()
  await p.page.waitForTimeout(600) // then it is meant
  await p.page.getByRole('button', { name: '跳过' }).tap()
  await p.page.getByText('第 3 / 4 块').waitFor()
  await p.close()
})
