// What leaves the house: lists as tables, numbers in clear only with a reason,
// the download centre, a whole project; and an import that is taken back.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, project

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

const get = async (path) => (await boss.get(`/projects/${project}${path}`)).body
async function open(path) {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${project}${path}`)
  await p.page.getByRole('heading', { level: 1 }).first().waitFor()
  return p
}
const roster = (rows) => Buffer.from('\ufeff楼栋,单元,房号,建筑面积,姓名,手机号\n' + rows.join('\n') + '\n')
async function bring(p, name, rows) {
  await p.page.goto(`/p/${project}/imports`)
  await p.page.getByLabel('选择文件').setInputFiles({ name, mimeType: 'text/csv', buffer: roster(rows) })
  await p.page.getByRole('button', { name: `导入 ${rows.length.toLocaleString('en-US')} 行` }).click()
  await p.page.getByText(`已导入 ${rows.length.toLocaleString('en-US')} 行`).waitFor({ timeout: 60_000 })
}

/** The text of the parts of a zip, by name. */
function unzip(file) {
  const b = readFileSync(file)
  const parts = new Map()
  let at = b.readUInt32LE(b.length - 22 + 16)
  for (let n = b.readUInt16LE(b.length - 22 + 10); n > 0; n--) {
    const [size, name, extra, comment, local] = [b.readUInt32LE(at + 20), b.readUInt16LE(at + 28), b.readUInt16LE(at + 30), b.readUInt16LE(at + 32), b.readUInt32LE(at + 42)]
    const from = local + 30 + b.readUInt16LE(local + 26) + b.readUInt16LE(local + 28)
    const raw = b.subarray(from, from + size)
    parts.set(b.subarray(at + 46, at + 46 + name).toString('utf8'), (b.readUInt16LE(at + 10) === 8 ? inflateRawSync(raw) : raw).toString('utf8'))
    at += 46 + name + extra + comment
  }
  return parts
}
const sheet = (file) => [...unzip(file)].filter(([name]) => /sheet1\.xml|sharedStrings/.test(name)).map(([, text]) => text).join('')
async function taken(page, click) {
  const [file] = await Promise.all([page.waitForEvent('download'), click()])
  return { name: file.suggestedFilename(), path: await file.path() }
}

test('[B3] an import is taken back whole, and is refused once something of it was changed', async () => {
  const p = await open('/imports')
  await bring(p, '一号楼.csv', ['1栋,1单元,101,89.3,陈建国,13805715678', '1栋,1单元,102,76.2,王秀英,13905711234'])
  await bring(p, '改.csv', ['1栋,1单元,101,90.1,陈建国,13805710000', '9栋,1单元,901,60,苏晚,13605710001'])
  await p.page.getByRole('button', { name: '撤销这次导入' }).click()
  const dialog = p.page.getByRole('dialog', { name: '撤销导入 改.csv' })
  await dialog.getByText('新增的 1 间房屋、1 位住户会删去').waitFor()
  await assertAccessible(p.page)
  await dialog.getByRole('button', { name: '撤销这次导入' }).click()
  await p.page.getByText('这次导入已撤销').waitFor()
  assert.deepEqual((await get('/rooms?limit=50')).items.map((r) => [r.label, r.area]), [['1栋1单元101', 8930], ['1栋1单元102', 7620]])
  assert.equal((await get('/people?limit=50')).items.length, 2)

  await bring(p, '再来.csv', ['8栋,1单元,801,60,苏晚,13605710001'])
  p.expect(/409 \(Conflict\).*\/undo/)
  const room = (await get('/rooms?q=801')).items[0]
  const changed = await boss.patch(`/projects/${project}/rooms/${room.id}`, { version: room.version, layout: '两室' })
  assert.equal(changed.status, 200)
  await p.page.getByRole('button', { name: '撤销这次导入' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: '撤销这次导入' }).click()
  await p.page.getByText(/8栋1单元801 在导入以后被改过/).waitFor()
  await p.close()
})

test('[P9] a list leaves as a table with the filter of its page', async () => {
  const p = await open('/rooms?q=101')
  await p.page.getByRole('button', { name: '1栋1单元101' }).waitFor()
  const file = await taken(p.page, () => p.page.getByRole('button', { name: /^导出( [\d,]+ 条)?$/ }).click())
  assert.match(file.name, /^房屋 \d{4}-\d\d-\d\d\.xlsx$/)
  const text = sheet(file.path)
  assert.ok(text.includes('1栋1单元101') && !text.includes('1栋1单元102'))
  await p.page.getByText('已导出 房屋').waitFor()
  await p.close()
})

test('[P4] phones are masked, in clear only with a reason, which the log keeps', async () => {
  const p = await open('/people')
  await p.page.getByRole('button', { name: '陈建国' }).first().waitFor()
  const ask = () => p.page.getByRole('button', { name: '导出', exact: true }).click()
  await ask()
  const dialog = p.page.getByRole('dialog')
  const masked = await taken(p.page, () => dialog.getByRole('button', { name: /^导出/ }).click())
  assert.ok(sheet(masked.path).includes('138****5678') && !sheet(masked.path).includes('13805715678'))

  await dialog.waitFor({ state: 'hidden' })
  await ask()
  await dialog.getByText('完整', { exact: true }).click()
  await dialog.getByRole('button', { name: /^导出/ }).click()
  await dialog.getByText('请写明原因').waitFor()
  await shot(p.page, 'export-clear')
  await dialog.getByLabel('为什么要完整的号码').fill('年检核对')
  const clear = await taken(p.page, () => dialog.getByRole('button', { name: /^导出/ }).click())
  assert.ok(sheet(clear.path).includes('13805715678'))
  const log = (await get('/audit?action=file.exported')).items
  assert.ok(log.some((e) => e.summary.includes('年检核对')))
  await p.close()
})

test('[P9] a long list and a whole project are made in the background and wait in the download centre', async () => {
  const rows = Array.from({ length: 2100 }, (_, n) => `2栋,${1 + Math.floor(n / 700)}单元,${101 + (n % 700)},80,,`)
  const p = await open('/imports')
  await bring(p, '二号楼.csv', rows)
  await p.page.goto(`/p/${project}/rooms`)
  await p.page.getByRole('button', { name: /^导出( [\d,]+ 条)?$/ }).click()
  await p.page.getByRole('link', { name: '到下载中心取' }).click()
  await p.page.getByRole('heading', { level: 1, name: '下载中心' }).waitFor()
  const line = p.page.getByRole('row', { name: /^房屋.*2,1\d\d/ })
  await line.getByText('可下载').waitFor({ timeout: 60_000 })
  const long = await taken(p.page, () => line.getByRole('link', { name: '下载' }).click())
  assert.ok(sheet(long.path).includes('2栋3单元800'))

  await p.page.getByRole('button', { name: '导出整个项目' }).click()
  await p.page.getByRole('dialog').getByRole('button', { name: '导出整个项目' }).click()
  const whole = p.page.getByRole('row', { name: /整个项目/ })
  await whole.getByText('可下载').waitFor({ timeout: 60_000 })
  await assertAccessible(p.page)
  await shot(p.page, 'downloads')
  const zip = unzip((await taken(p.page, () => whole.getByRole('link', { name: '下载' }).click())).path)
  const list = JSON.parse(zip.get('清单.json'))
  assert.ok(list.tables.length > 15 && zip.get('数据/estate_room.jsonl').includes('1栋1单元101'))
  await eventually(async () => assert.equal((await get('/exports?limit=50')).items.every((e) => e.state === 'ready'), true))
  // Somebody else has signed in in this browser: the files are no longer his to fetch, and he is told instead of given an answer of the API.
  const other = await seed.staff(boss, linli.origin, 'sunmin', '孙敏', 'accountant', project)
  p.expect(/404 \(Not Found\).*\/exports\//)
  const [name, value] = other.api.cookie.split('=')
  await p.context.addCookies([{ name, value, url: linli.origin }])
  const address = await whole.getByRole('link', { name: '下载' }).getAttribute('href')
  await whole.getByRole('link', { name: '下载' }).click()
  await p.page.getByText(/^取不到 .*它不是用现在登录的账号导出的/).waitFor()
  await p.page.getByText('还没有导出过').waitFor()
  await shot(p.page, 'downloads-other')
  await p.page.goto(address)
  await p.page.getByText('取不到这个文件：它不是用现在登录的账号导出的').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'download-address-other')
  await p.page.getByRole('link', { name: '回到首页' }).click()
  await p.page.getByRole('heading', { level: 1 }).waitFor()
  await p.close()
})
