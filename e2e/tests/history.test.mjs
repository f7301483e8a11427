// The history of records: who changed what, when, old and new, whether by hand
// or by a sheet that was brought in, and taken back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { until } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import { assetSheet } from '../lib/roster.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, project, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [
    { building: '1', room: '101', area: 89.3, owner: '陈建国', phone: '13805715678' },
    { building: '2', room: '101', area: 76.5, owner: '王秀英', phone: '13905711234' },
  ])
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
async function open(path, who = boss) {
  const p = await seed.pageOf(browser, linli.origin, who)
  await p.page.goto(`/p/${project}${path}`)
  await p.page.getByRole('heading', { level: 1 }).first().waitFor()
  return p
}

test('[B3] a sheet changes a room: its history and that of its owner say which sheet, who, old and new, and its undo', async () => {
  const p = await open('/imports')
  await p.page.getByLabel('选择文件').setInputFiles({ name: '测绘面积.xlsx', mimeType: 'application/octet-stream',
    buffer: assetSheet([{ building: '1', room: '101', area: 90.1, owner: '陈建国', phone: '13805715678' }, { building: '1', room: '102', area: 60, owner: '吴敏', phone: '13705711111' }]) })
  await p.page.getByRole('button', { name: /^导入 2 行/ }).click()
  await p.page.getByText('已导入 2 行').waitFor()

  await p.page.goto(`/p/${project}/rooms`)
  await p.page.getByRole('button', { name: '1栋1单元101', exact: true }).click()
  const history = p.page.getByRole('dialog').getByRole('region', { name: '变更记录' })
  const change = history.getByRole('listitem').filter({ hasText: '建筑面积：89.30 ㎡ → 90.10 ㎡' })
  await change.filter({ hasText: '导入 测绘面积.xlsx' }).filter({ hasText: '周岚' }).waitFor()
  await history.getByText('导入 资产信息.xlsx，新建').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'room-history')
  await p.page.keyboard.press('Escape')
  await p.page.getByRole('button', { name: '1栋1单元102', exact: true }).click()
  await history.getByText('导入 测绘面积.xlsx，新建').waitFor()
  await p.close()

  const imports = (await boss.get(at('/imports?limit=5'))).body.items
  await boss.post(at(`/imports/${imports.find((x) => x.file_name === '测绘面积.xlsx').id}/undo`), {})
  const told = (await boss.get(at(`/rooms/${rooms['1栋1单元101']}/history`))).body.items
  assert.equal(told[0].summary, '撤销导入 测绘面积.xlsx')
  assert.deepEqual([JSON.parse(told[0].before).Area, JSON.parse(told[0].after).Area], [9010, 8930])
  assert.ok(!JSON.stringify(told).includes('13805715678'))
})

test('[B3] another price of a fee item, a renamed building and a corrected project show old and new on their pages', async () => {
  const item = await seed.fee(boss, project, { name: '物业服务费', price: 2, source: '前期物业服务合同' })
  await boss.post(at(`/items/${item}/rates`), { from_date: `${seed.month(1)}-01`, source_kind: 'vote', source_text: '业主大会决定', price: 2_355_000 })
  const p = await open(`/items/${item}`)
  const history = p.page.getByRole('region', { name: '变更记录' })
  const change = history.getByRole('listitem').filter({ hasText: '单价：2.00 → 2.355' })
  for (const text of ['依据：备案 → 业主大会表决', '文号或说明：前期物业服务合同 → 业主大会决定', '周岚']) await change.filter({ hasText: text }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'item-history')

  const building = (await boss.get(at('/buildings'))).body.items.find((b) => b.name === '2栋')
  await boss.patch(at(`/buildings/${building.id}`), { version: building.version, name: '听澜轩' })
  await p.page.goto(`/p/${project}/rooms?building=${building.id}`)
  await p.page.getByRole('button', { name: '修改', exact: true }).click()
  await history.getByRole('listitem').filter({ hasText: '名称：2栋 → 听澜轩' }).waitFor()
  await assertAccessible(p.page)
  await p.page.keyboard.press('Escape')
  await p.page.getByRole('button', { name: '听澜轩1单元101', exact: true }).click()
  await history.getByRole('listitem').filter({ hasText: '房屋：2栋1单元101 → 听澜轩1单元101' }).waitFor()

  const card = (await boss.get(at(''))).body
  await boss.patch(at(''), { version: card.version, address: '杭州市西湖区翠湖路 20 号' })
  await p.page.goto(`/p/${project}/project`)
  await history.getByRole('listitem').filter({ hasText: '地址：杭州市西湖区翠湖路 18 号 → 杭州市西湖区翠湖路 20 号' }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'project-history')
  await p.close()
})

test('[B3][P3] who answers for one building takes out its rooms and reads their histories, and none of the others', async () => {
  const mine = (await boss.get(at('/buildings'))).body.items.find((b) => b.name === '1栋')
  await boss.post('/accounts', { login: 'zhengnan', name: '郑楠', password: 'Guanjia-2026-ok', grants: [{ role: 'cashier', project_id: project, building_ids: [mine.id] }] })
  const lou = await seed.signIn(linli.origin, 'zhengnan', 'Guanjia-2026-ok')
  await lou.get(at(`/rooms/${rooms['2栋1单元101']}/history`), { status: 404 })
  const p = await open('/rooms', lou)
  await p.page.getByRole('button', { name: '1栋1单元101', exact: true }).click()
  await p.page.getByRole('dialog').getByRole('region', { name: '变更记录' }).getByText('导入 测绘面积.xlsx').first().waitFor()
  await p.page.keyboard.press('Escape')
  await p.page.getByRole('main').getByRole('button', { name: /^导出/ }).click()
  await p.page.getByText(/已导出 房屋/).waitFor()
  await p.page.goto(`/p/${project}/downloads`)
  await p.page.getByRole('row', { name: /^房屋.*可下载/ }).waitFor()
  await assertAccessible(p.page)
  assert.equal(await p.page.getByRole('button', { name: '导出整个项目' }).count(), 0)
  await p.close()
  const made = (await lou.get(at('/exports'))).body.items
  assert.deepEqual(made.map((e) => e.rows), [1])
  const line = await until(async () => (await boss.get(at('/audit?action=file.exported'))).body.items[0], Boolean)
  assert.match(line.summary, /导出房屋 1 行/)
  // The address of the file is worth nothing to anybody else, nor to nobody.
  await boss.get(at(`/exports/${made[0].id}/file`), { status: 404 })
  assert.equal((await fetch(`${linli.origin}/api/v1${at(`/exports/${made[0].id}/file`)}`)).status, 404)
  await lou.post(at('/exports'), { kind: 'runs' }, { status: 403 })
})
