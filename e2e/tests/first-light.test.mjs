// What belongs to the main job and is not on its straight way: rosters as csv,
// fees of a quarter, a scope that ends, an account that goes and comes back,
// lists that keep their place.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { api } from '../lib/api.mjs'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { gbk } from '../lib/gbk.mjs'
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

const at = (path) => `/projects/${project}${path}`
const get = async (path) => (await boss.get(at(path))).body
async function open(path) {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(path)
  await p.page.getByRole('heading', { level: 1 }).first().waitFor()
  return p
}
const pick = (page, name, buffer) => page.getByLabel('选择文件').setInputFiles({ name, mimeType: 'text/csv', buffer })
async function setDate(form, label, day) {
  const field = form.getByRole('combobox', { name: label }).or(form.getByRole('textbox', { name: label })).first()
  await field.fill(day)
  await field.press('Tab')
}

const head = '楼栋,单元,房号,楼层,建筑面积,姓名,手机号'

test('[B3][P9] a roster as csv in UTF-8, with headers of another name and a title above them', async () => {
  const csv = '\ufeff翠湖花园住户表,,,,,,\n楼号, 单元 ,房间号,层,面积（㎡）,业主姓名,联系电话\n1,1,101,1,89.3,陈建国,13805715678\n1,1,102,1,76.2,"王秀英",139 0571 1234\n'
  const p = await open(`/p/${project}/imports`)
  await pick(p.page, '住户.csv', Buffer.from(csv))
  await p.page.getByRole('button', { name: '导入 2 行' }).click()
  await p.page.getByText('已导入 2 行').waitFor()
  const rooms = (await get('/rooms?limit=50')).items
  assert.deepEqual(rooms.map((r) => [r.label, r.area]).sort(), [['1栋1单元101', 8930], ['1栋1单元102', 7620]])
  await p.close()
})

test('[B3][P9] a roster as csv in GBK, as Excel saves it: names with rare letters arrive as they are', async () => {
  const csv = `${head}\r\n2,1,101,1,89.3,欧阳镕基,13605710001\r\n2,1,102,1,89.3,阿卜杜拉·买买提,13605710002\r\n`
  const p = await open(`/p/${project}/imports`)
  await pick(p.page, '二号楼.csv', gbk(csv))
  await p.page.getByRole('button', { name: '导入 2 行' }).click()
  await p.page.getByText('已导入 2 行').waitFor()
  const names = (await get('/people?limit=50')).items.map((x) => x.name)
  assert.ok(names.includes('欧阳镕基') && names.includes('阿卜杜拉·买买提'), names.join(' '))
  await p.close()
})

test('[B3] a csv that is neither UTF-8 nor GBK is refused whole', async () => {
  const before = (await get('/rooms?limit=50')).items.length
  const broken = Buffer.concat([Buffer.from(`${head}\n3,1,101,1,89.3,陈`), Buffer.from([0xff, 0xfe]), Buffer.from('国,13605710009\n')])
  const p = await open(`/p/${project}/imports`)
  // The server may refuse the file at once or after its check.
  p.expect(/status of 4\d\d/)
  await pick(p.page, '坏的.csv', broken)
  await p.page.getByText(/编码|字节|UTF-8/).first().waitFor()
  assert.equal((await get('/rooms?limit=50')).items.length, before)
  await p.close()
})

test('[F1] a fee of the quarter: its price is per quarter, it is charged once in three months, by month', async () => {
  const months = [seed.month(-2), seed.month(-1), seed.month()]
  const p = await open(`/p/${project}/items`)
  await p.page.getByRole('button', { name: '新建费用项目' }).first().click()
  const form = p.page.getByRole('dialog', { name: '新建费用项目' })
  await form.getByLabel('费用名称').fill('垃圾清运费')
  await form.getByLabel('怎么算').selectOption('每户固定')
  await form.getByLabel('多久收一次').selectOption('每季')
  await form.getByLabel('周期从几月开始').selectOption(`${Number(months[0].slice(5))}月`)
  await form.getByRole('radio', { name: '每个周期' }).click()
  await assertAccessible(p.page)
  await shot(p.page, 'item-quarter')
  await setDate(form, '从哪天起收', `${months[0]}-01`)
  await form.getByRole('button', { name: '新建“垃圾清运费”' }).click()
  await p.page.waitForURL(/items\/\d+$/)
  const item = /items\/(\d+)/.exec(p.page.url())[1]
  await boss.post(at(`/items/${item}/rates`), { from_date: `${months[0]}-01`, source_kind: 'contract', source_text: '前期物业服务合同第 9 条', price: 30_000_000 })
  await boss.post(at(`/items/${item}/assignments`), { scope: 'project', from_date: `${months[0]}-01` })
  await p.close()

  const run = await seed.released(boss, project, months[0])
  assert.equal(run.amount, 4 * 3000, 'four rooms, 30 yuan each')
  const charges = (await get(`/charges?limit=100`)).items.filter((c) => c.item_name === '垃圾清运费')
  assert.deepEqual([...new Set(charges.map((c) => c.month))].sort(), months, 'what is charged stands by month')
  assert.deepEqual([...new Set(charges.map((c) => c.amount))], [1000])
  const later = await seed.draft(boss, project, months[1])
  assert.equal(later.lines, 0, 'the second month of the quarter owes nothing more')
})

test('[F1] a scope that ends: its last day is still charged, and the next month is not', async () => {
  const month = seed.month()
  const last = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10)
  const item = await seed.fee(boss, project, { name: '停用中的广告位费', basis: 'fixed', price: 12, from: `${month}-01` })
  const p = await open(`/p/${project}/items/${item}`)
  const scope = p.page.getByRole('row', { name: /全项目/ }).first()
  await scope.getByRole('button', { name: '设截止日' }).click()
  const dialog = p.page.getByRole('dialog', { name: '“全项目”收到哪天？' })
  await setDate(dialog, '截止日', last)
  await dialog.getByText('截止日当天还收，第二天起不再出账').waitFor()
  await dialog.getByRole('button', { name: `收到 ${last}` }).click()
  await dialog.waitFor({ state: 'hidden' })
  await p.page.getByRole('row', { name: new RegExp(`全项目.*${last}`) }).waitFor()
  await p.close()
  const count = async (m) => {
    const run = await seed.draft(boss, project, m)
    return (await get(`/runs/${run.id}/lines?limit=200`)).items.filter((x) => x.item_name === '停用中的广告位费').length
  }
  assert.equal(await count(month), 4)
  assert.equal(await count(seed.month(1)), 0)
})

test('[P1] an account is taken out of use and comes back with its roles and its password', async () => {
  const who = await seed.staff(boss, linli.origin, 'wanghong', '王红', 'clerk', project)
  const p = await open('/accounts')
  const row = p.page.getByRole('row', { name: /王红/ })
  const say = async (button, question) => {
    await row.getByRole('button', { name: '修改' }).click()
    await p.page.getByRole('dialog', { name: '王红的账号' }).getByRole('button', { name: button }).click()
    const sure = p.page.getByRole('dialog', { name: question })
    await sure.getByRole('button', { name: button }).click()
    await sure.waitFor({ state: 'hidden' })
  }
  await say('停用账号', '停用 王红 的账号？')
  await who.api.get('/session', { status: 401 })
  const refused = await api(linli.origin).post('/session', { login: 'wanghong', password: who.password, remember: false }, { any: true })
  assert.ok([401, 403].includes(refused.status), `${refused.status} ${refused.text}`)

  await p.page.goto('/accounts?state=dismissed')
  await row.filter({ hasText: '已停用' }).waitFor()
  await say('恢复账号', '恢复 王红 的账号？')
  const back = await seed.signIn(linli.origin, 'wanghong', who.password)
  await back.get(at('/rooms?limit=1'))
  await back.post(at('/runs'), { month: seed.month() }, { status: 403 })
  await who.api.get('/session', { status: 401 })
  await p.close()
})

test('[B3] a long list keeps its page after a reload, and the way back', async () => {
  await seed.rooms(boss, project, Array.from({ length: 70 }, (_, n) => ({ building: '9', room: `${1 + Math.floor(n / 4)}0${1 + (n % 4)}`, area: 80 })))
  const p = await open(`/p/${project}/rooms?size=20`)
  const pages = p.page.getByRole('navigation', { name: '翻页' })
  const first = p.page.locator('tbody tr').first()
  const seen = []
  for (let n = 1; n <= 3; n++) {
    await eventually(async () => {
      assert.equal((await pages.locator('[aria-current=page]').innerText()).trim(), String(n))
      assert.ok(!seen.includes(await first.innerText()), 'another page, other rows')
    })
    await p.settled()
    seen.push(await first.innerText())
    if (n < 3) await pages.getByRole('button', { name: '下一页' }).click()
  }
  await p.page.reload()
  const stands = (n) => eventually(async () => {
    assert.equal((await pages.locator('[aria-current=page]').innerText()).trim(), String(n))
    assert.equal(await first.innerText(), seen[n - 1])
  })
  await stands(3)
  await pages.getByRole('button', { name: '上一页' }).click()
  await stands(2)
  await p.close()
})
