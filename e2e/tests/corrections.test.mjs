// What somebody says is wrong in a record: recorded by one, decided by another, applied with its history.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, clerk, manager, project, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [
    { building: '1', room: '101', area: 89.3, owner: '陈建国', phone: '13805715678' },
    { building: '1', room: '102', area: 76.5, owner: '王秀英', phone: '13905711234' },
  ])
  clerk = await seed.staff(boss, linli.origin, 'linxiaofeng', '林晓峰', 'clerk', project)
  manager = await seed.staff(boss, linli.origin, 'chenliqun', '陈立群', 'manager', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
async function open(who, path) {
  const p = await seed.pageOf(browser, linli.origin, who.api ?? who)
  await p.page.goto(`/p/${project}${path}`)
  return p
}
async function ask(page, { kind, search, option, field, value, choose, by, reason }) {
  await page.getByRole('button', { name: '登记更正申请' }).first().click()
  const form = page.getByRole('dialog', { name: '登记更正申请' })
  await form.getByRole('radio', { name: kind }).click()
  const pick = form.getByRole('combobox', { name: kind, exact: true })
  await pick.click()
  await pick.fill(search)
  await page.getByRole('option', { name: option }).click()
  await form.getByLabel('更正哪一项').selectOption({ label: field })
  if (choose) await form.getByLabel('应改成什么').selectOption({ label: choose })
  else await form.getByLabel('应改成什么').fill(value)
  await form.getByLabel('谁提出的').fill(by)
  await form.getByLabel('原因').fill(reason)
  return form
}

test('[B7] a clerk records who asks for what, the manager approves, and the record changes with its history', async () => {
  const a = await open(clerk, '/corrections')
  await a.page.getByText('没有待处理的更正申请').waitFor()
  const form = await ask(a.page, { kind: '住户', search: '陈建国', option: /陈建国/, field: '手机号', value: '13905710000', by: '业主本人', reason: '换了手机号' })
  await assertAccessible(a.page)
  await shot(a.page, 'correction-form')
  await form.getByRole('button', { name: '登记：更正手机号' }).click()
  await form.waitFor({ state: 'hidden' })
  const row = a.page.getByRole('row', { name: /陈建国.*手机号.*138\*{4}5678.*139\*{4}0000.*业主本人 · 电话/ })
  await row.getByText('待处理').waitFor()
  assert.equal(await row.getByRole('button', { name: '批准更正' }).count(), 0, 'a clerk only records')
  const area = await ask(a.page, { kind: '房屋', search: '1-1-101', option: '1栋1单元101', field: '建筑面积 ㎡', value: '90.5', by: '陈建国', reason: '产权证上是 90.5' })
  await area.getByRole('button', { name: '登记：更正建筑面积' }).click()
  await area.waitFor({ state: 'hidden' })
  const state = await ask(a.page, { kind: '房屋', search: '1-1-102', option: '1栋1单元102', field: '房屋状态', choose: '出租', by: '邻居', reason: '听说租出去了' })
  await state.getByRole('button', { name: '登记：更正房屋状态' }).click()
  await state.waitFor({ state: 'hidden' })
  await a.close()

  const m = await open(manager, '/corrections')
  const first = m.page.getByRole('row', { name: /陈建国.*手机号/ })
  await first.getByRole('button', { name: '批准更正' }).click()
  const dialog = m.page.getByRole('dialog', { name: '把陈建国的手机号更正过来？' })
  await dialog.getByText('138****5678 → 139****0000').waitFor()
  await dialog.getByRole('button', { name: '核对了证件' }).click()
  await assertAccessible(m.page)
  await shot(m.page, 'correction-approve')
  await dialog.getByRole('button', { name: /改成 139/ }).click()
  await first.waitFor({ state: 'detached' })
  await m.page.getByRole('row', { name: /1栋1单元101.*89\.3 → 90\.5/ }).getByRole('button', { name: '批准更正' }).click()
  const second = m.page.getByRole('dialog', { name: /把1栋1单元101的建筑面积/ })
  await second.getByRole('button', { name: '核对了产权证' }).click()
  await second.getByRole('button', { name: /改成 90\.5/ }).click()
  await second.waitFor({ state: 'hidden' })
  await m.page.getByRole('row', { name: /1栋1单元102/ }).getByRole('button', { name: '退回' }).click()
  const third = m.page.getByRole('dialog', { name: '退回1栋1单元102的更正申请？' })
  await third.getByRole('button', { name: '没有证明' }).click()
  await third.getByRole('button', { name: '退回' }).last().click()
  await m.page.getByText('没有待处理的更正申请').waitFor()
  await m.page.getByRole('link', { name: '全部' }).click()
  await m.page.getByRole('row', { name: /1栋1单元102.*没有证明.*已退回/ }).waitFor()
  await m.page.getByRole('row', { name: /陈建国.*陈立群 · 核对了证件.*已更正/ }).waitFor()
  await shot(m.page, 'corrections', { keep: 'guide/pages/corrections' })
  await m.close()

  const people = (await boss.get(at('/people?q=陈建国'))).body.items
  assert.equal(people[0].phone_mask, '139****0000')
  assert.equal((await boss.get(at(`/rooms/${rooms['1栋1单元101']}`))).body.area, 9050)
  assert.notEqual((await boss.get(at(`/rooms/${rooms['1栋1单元102']}`))).body.state, 'rented')
  const history = (await boss.get(at(`/people/${people[0].id}/history`))).body.items.map((x) => x.summary)
  assert.deepEqual(history.slice(0, 3), ['批准更正申请：陈建国', '修改住户 陈建国', '登记更正申请：陈建国'])
})
