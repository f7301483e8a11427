// Who pays a fee, said by conditions; fees by head and by quantity; what comes next.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, project, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [
    { building: '1', room: '101', area: 80, owner: '陈建国', phone: '13805715678' },
    { building: '1', room: '502', area: 90, owner: '王秀英', phone: '13905711234' },
    { building: '1', room: '602', area: 150, owner: '李明', phone: '13705719876' },
  ])
  for (const [label, id] of Object.entries(rooms)) {
    const room = (await boss.get(at(`/rooms/${id}`))).body
    await boss.patch(at(`/rooms/${id}`), { version: room.version, floor: Number(label.slice(-3, -2)) })
  }
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
const amounts = async (run, item) => {
  const lines = (await boss.get(at(`/runs/${run}/lines?limit=100`))).body.items.filter((l) => l.item_name === item)
  return Object.fromEntries(lines.map((l) => [l.room_label.slice(-3), l.amount]))
}
async function open(path) {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${project}${path}`)
  return p
}

test('[F1] a fee is assigned by floor and area, the page says how many rooms that hits before it is saved, and what a room owes next', async () => {
  const fee = await seed.fee(boss, project, { name: '电梯运行费', basis: 'fixed', price: 30, assign: false })
  const p = await open(`/items/${fee}`)
  await p.page.getByText('这期没有一户收这项费用').waitFor()
  await p.page.getByRole('button', { name: '新增范围' }).first().click()
  const form = p.page.getByRole('dialog', { name: '电梯运行费：收费范围' })
  await form.getByRole('radio', { name: '按条件' }).click()
  await form.getByRole('button', { name: '看命中多少户' }).click()
  await form.getByText('至少写一个条件').waitFor()
  await form.getByLabel('从几层').fill('2')
  await form.getByLabel('到多少平方米').fill('144')
  await form.getByRole('button', { name: '看命中多少户' }).click()
  await form.getByText('命中 1 户，全项目 3 户').waitFor()
  await form.getByText('1栋1单元502').waitFor()
  await form.getByLabel('到多少平方米').fill('')
  await form.getByRole('button', { name: '看命中多少户' }).click()
  await form.getByText('命中 2 户，全项目 3 户').waitFor()
  await form.getByText(/2 户从 .* 起开始收/).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'rule-form')
  await form.getByRole('button', { name: '收符合条件的房屋' }).click()
  await form.waitFor({ state: 'hidden' })
  await p.page.getByRole('row', { name: /不低于 2 层.*按条件.*收/ }).waitFor()
  await p.page.getByText('1栋1单元502 下期应收 ¥30.00').waitFor()
  const other = p.page.getByRole('combobox', { name: '换一间房看' })
  await other.click()
  await other.fill('1-1-101')
  await p.page.getByRole('option', { name: '1栋1单元101' }).click()
  await p.page.getByText('不在收费范围内').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'rule-item')
  await p.close()
  const run = await seed.draft(boss, project)
  assert.deepEqual(await amounts(run.id, '电梯运行费'), { 502: 3000, 602: 3000 })
})

test('[F1] a tag decides who is spared, from a day to a day', async () => {
  const fee = await seed.fee(boss, project, { name: '公共能耗费', basis: 'fixed', price: 10 })
  const people = (await boss.get(at('/people?q=王秀英'))).body.items
  const tag = (await boss.post(at('/tags'), { name: '低保户', kind: 'person' })).body
  await boss.post(at(`/tags/${tag.id}/bearers`), { subject_ids: [people[0].id], on: true })
  const p = await open(`/items/${fee}`)
  await p.page.getByRole('button', { name: '新增范围' }).first().click()
  const form = p.page.getByRole('dialog', { name: '公共能耗费：收费范围' })
  await form.getByRole('radio', { name: '按条件' }).click()
  await form.getByLabel('标签').selectOption({ label: '低保户' })
  await form.getByText('这个范围不收').click()
  await form.getByLabel('从哪天起').fill(`${seed.month()}-01`)
  await form.getByLabel('从哪天起').press('Enter')
  await form.getByRole('button', { name: '看命中多少户' }).click()
  await form.getByText(/1 户从 .* 起不再收/).waitFor()
  await form.getByRole('button', { name: '不收符合条件的房屋' }).click()
  await form.waitFor({ state: 'hidden' })
  await p.page.getByRole('row', { name: /标签 低保户.*不收/ }).waitFor()
  await p.close()
  const run = await seed.draft(boss, project)
  assert.deepEqual(await amounts(run.id, '公共能耗费'), { 101: 1000, 602: 1000 })
})

test('[F1] fees by head and by quantity: the page says them, the run charges them, each explains itself', async () => {
  const heads = await seed.fee(boss, project, { name: '垃圾清运费', basis: 'people', price: 5 })
  const p = await open(`/items/${heads}`)
  await p.page.getByText('1 人 × 5 元/人·月').waitFor()
  await p.page.goto(`/p/${project}/items`)
  await p.page.getByRole('button', { name: '新建费用项目' }).first().click()
  const fresh = p.page.getByRole('dialog', { name: '新建费用项目' })
  await fresh.getByLabel('费用名称').fill('车位管理费')
  await fresh.getByLabel('怎么算').selectOption('按数量')
  await fresh.getByText('收费范围里写的数量 × 单价').waitFor()
  await shot(p.page, 'rule-bases')
  await fresh.getByLabel('从哪天起收').fill(`${seed.month(-1)}-01`)
  await fresh.getByLabel('从哪天起收').press('Enter')
  await fresh.getByRole('button', { name: '新建“车位管理费”' }).click()
  await p.page.getByRole('heading', { level: 1, name: '车位管理费' }).waitFor()
  const item = p.page.url().split('/').pop()
  await boss.post(at(`/items/${item}/rates`), { from_date: `${seed.month(-1)}-01`, price: 80e6, source_kind: 'contract', source_text: '车位管理协议第二条' })
  await p.page.getByRole('button', { name: '新增范围' }).first().click()
  const form = p.page.getByRole('dialog', { name: '车位管理费：收费范围' })
  await form.getByRole('radio', { name: '一间房' }).click()
  await form.getByLabel('房屋', { exact: true }).click()
  await form.getByLabel('房屋', { exact: true }).fill('1-1-602')
  await p.page.getByRole('option', { name: '1栋1单元602' }).click()
  await form.getByRole('button', { name: '收1栋1单元602' }).click()
  await form.getByText(/数量要大于 0/).waitFor()
  await form.getByLabel('每户数量').fill('2')
  await form.getByRole('button', { name: '收1栋1单元602' }).click()
  await form.waitFor({ state: 'hidden' })
  await p.page.getByRole('row', { name: /1栋1单元602 · 每户 2 个/ }).waitFor()
  await p.close()
  const run = await seed.draft(boss, project)
  assert.deepEqual(await amounts(run.id, '垃圾清运费'), { 101: 500, 502: 500, 602: 500 })
  assert.deepEqual(await amounts(run.id, '车位管理费'), { 602: 16000 })
  const line = (await boss.get(at(`/runs/${run.id}/lines?room_id=${rooms['1栋1单元602']}`))).body.items.find((l) => l.item_name === '车位管理费')
  const why = (await boss.get(at(`/charges/${line.id}/explanation`))).body
  assert.match(why.lines[0], /2 个 × 80 元\/个·月/)
})

test('[F4] a run is looked at by building too', async () => {
  const run = (await boss.get(at('/runs'))).body.items[0]
  const p = await open(`/runs/${run.id}`)
  await p.page.getByRole('radio', { name: '按楼栋' }).click()
  const table = p.page.getByRole('table', { name: '按楼栋' })
  await table.getByRole('row', { name: new RegExp(`1栋.*${seed.yuan(run.amount)}`) }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'run-by-building')
  await p.close()
})
