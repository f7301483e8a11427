// 房态图: a building at a glance, by state and by money, by mouse and by keyboard.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DESK, assertAccessible, focus, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const fee = 25004
let linli, browser, boss, cashier, project, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [
    { building: '3', unit: '1', room: '101', area: 89.3, owner: '陈建国', phone: '13805715678' },
    { building: '3', unit: '1', room: '102', area: 89.3, owner: '王秀英', phone: '13905711234' },
    { building: '3', unit: '1', room: '201', area: 89.3, owner: '李明', phone: '13705719876' },
    { building: '3', unit: '2', room: '101', area: 89.3, owner: '赵敏', phone: '13605710001' },
    { building: '3', unit: '2', room: '202', area: 89.3, owner: '周文博', phone: '13605710002' },
    { building: '5', unit: '1', room: '301', area: 89.3, owner: '林晓峰', phone: '13605710003' },
  ])
  await state('3栋1单元102', 'rented')
  await state('3栋1单元201', 'vacant')
  await state('3栋2单元202', 'renovating')
  await seed.fee(boss, project, { name: '物业服务费', price: 2.8 })
  for (const m of [seed.month(-2), seed.month(-1), seed.month()]) await seed.released(boss, project, m)
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
  await pay('3栋1单元102', 3 * fee) // all
  await pay('3栋1单元201', 2 * fee) // this month is open and not yet due
  await pay('3栋2单元101', fee) // the older month
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
async function state(label, to) {
  const room = (await boss.get(at(`/rooms/${rooms[label]}`))).body
  await boss.patch(at(`/rooms/${room.id}`), { version: room.version, state: to })
}
async function pay(label, fen) {
  const seat = (await cashier.api.get(at(`/counter/${rooms[label]}`))).body
  await cashier.api.post(at('/receipts'), { room_id: rooms[label], expected_owed: seat.owed, pays: [{ method: 'cash', amount: fen }] })
}
async function open(options = {}, path = '') {
  const p = await seed.pageOf(browser, linli.origin, cashier.api, options)
  await p.page.goto(`/p/${project}/room-states${path}`)
  await cell(p.page, '3栋1单元101').waitFor()
  await p.settled()
  return p
}
const cell = (page, label) => page.locator(`[data-room="${rooms[label]}"]`)
const said = async (page, label) => (await cell(page, label).locator('.vh').textContent()).trim()
/** A line of the legend: its count, and its sum in fen. */
async function legend(page, title) {
  const line = page.getByRole('complementary').getByRole('button', { name: new RegExp(`^${title} `) })
  const sum = (await line.locator('.block').allInnerTexts())[0] ?? '0'
  return { rooms: Number(await line.locator('.num').innerText()), fen: Math.round(Number(sum.replaceAll(',', '')) * 100) }
}

test('[B2] every room of a building by state and by money, as the counter knows it', async () => {
  const p = await open()
  const { page } = p
  await eventually(async () => assert.deepEqual(await page.locator('.floor').allInnerTexts(), ['2F', '1F']))
  await eventually(async () => assert.deepEqual(await page.locator('.unit').allInnerTexts(), ['1单元', '2单元']))
  for (const [label, words] of Object.entries({
    '3栋1单元101': '自住，欠2月', '3栋1单元102': '出租，已缴清', '3栋1单元201': '空置，待缴', '3栋2单元101': '自住，欠1月', '3栋2单元202': '装修，欠2月',
  })) await eventually(async () => assert.equal(await said(page, label), `${label}，${words}`))
  assert.equal(await cell(page, '5栋1单元301').count(), 0, 'another building is not here')

  const lines = {}
  for (const title of ['自住', '出租', '空置', '装修', '未交付', '未售']) lines[title] = (await legend(page, title)).rooms
  assert.deepEqual(lines, { 自住: 2, 出租: 1, 空置: 1, 装修: 1, 未交付: 0, 未售: 0 })
  assert.deepEqual(await legend(page, '待缴，未到期'), { rooms: 1, fen: fee })
  assert.deepEqual(await legend(page, '欠费，标逾期月数'), { rooms: 3, fen: 8 * fee })
  assert.deepEqual(await legend(page, '已缴清'), { rooms: 1, fen: 0 })
  let owed = 0
  for (const label of Object.keys(rooms).filter((x) => x.startsWith('3栋'))) owed += (await cashier.api.get(at(`/counter/${rooms[label]}`))).body.owed
  assert.equal(owed, 9 * fee)
  await page.getByRole('complementary').getByText(seed.yuan(owed)).waitFor()
  await p.close()
})

test('[B2] the card of a room names owner, area and debt, and leads to the counter', async () => {
  const p = await open()
  const { page } = p
  await cell(page, '3栋2单元101').hover()
  const card = page.getByRole('region', { name: '3栋2单元101' })
  await card.getByText(`¥${seed.yuan(2 * fee)}`).waitFor()
  await card.getByText('欠费，1 个月已逾期').waitFor()
  await card.getByText(/赵敏 136\*{4}0001/).waitFor()
  await card.getByText(/89\.30 ㎡/).waitFor()
  await card.getByText(new RegExp(`天，逾期 ${seed.yuan(fee)}`)).waitFor()
  await shot(page, 'console-room-states')
  await card.getByRole('link', { name: '去收款' }).click()
  await page.waitForURL(new RegExp(`/counter/${rooms['3栋2单元101']}$`))
  await p.close()
})

test('[B2] by keyboard: arrows between rooms, [ ] between buildings, Enter opens the household and back finds the place', async () => {
  const p = await open()
  const { page } = p
  await cell(page, '3栋1单元201').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await focus(page, /3栋2单元101/)
  await page.getByRole('region', { name: '3栋2单元101' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('region', { name: '3栋2单元101' }).waitFor({ state: 'detached' })
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: /3栋2单元101 · 赵敏/ }).waitFor()
  await page.goBack()
  await cell(page, '3栋2单元101').waitFor()
  await eventually(async () => assert.equal(await cell(page, '3栋2单元101').getAttribute('tabindex'), '0'))
  await page.keyboard.press(']')
  await cell(page, '5栋1单元301').waitFor()
  await cell(page, '3栋1单元101').waitFor({ state: 'detached' })
  await page.waitForURL(/building=\d+/)
  await page.keyboard.press('[')
  await cell(page, '3栋1单元101').waitFor()
  await p.close()
})

test('[B2] the legend and the search leave in sight what is asked for', async () => {
  const p = await open()
  const { page } = p
  const inSight = (wanted, why) => eventually(async () => assert.deepEqual(await page.locator('[data-room]:not(.dim)').evaluateAll((list) => list.map((e) => e.dataset.room).sort()), wanted, why))
  const ids = (...labels) => labels.map((l) => rooms[l]).sort()
  await page.getByRole('button', { name: '只看欠费 3' }).click()
  await inSight(ids('3栋1单元101', '3栋2单元101', '3栋2单元202'))
  await page.waitForURL(/pick=/)
  await page.reload()
  await cell(page, '3栋1单元101').waitFor()
  await inSight(ids('3栋1单元101', '3栋2单元101', '3栋2单元202'), 'the address keeps the choice')
  await page.getByRole('complementary').getByRole('button', { name: '空置' }).click()
  await inSight(ids('3栋1单元201'))
  await page.getByRole('button', { name: '全部 5' }).click()
  await page.getByRole('searchbox', { name: '本栋找房号' }).fill('202')
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: '3栋2单元202' }).waitFor()
  await inSight(ids('3栋2单元202'))
  await p.close()
})

test('[B2] readable in both themes, and on paper without colours', async () => {
  for (const theme of ['light', 'dark']) {
    const p = await open({ theme, size: DESK })
    await cell(p.page, '3栋2单元202').focus()
    await p.page.getByRole('region', { name: '3栋2单元202' }).waitFor()
    await assertAccessible(p.page)
    await p.page.getByRole('button', { name: /只看欠费/ }).click()
    await assertAccessible(p.page)
    await p.page.emulateMedia({ media: 'print' })
    await p.page.getByRole('navigation', { name: '楼栋' }).waitFor({ state: 'hidden' })
    const late = cell(p.page, '3栋1单元101')
    const style = () => late.evaluate((e) => { const s = getComputedStyle(e); return [s.backgroundColor, s.borderLeftWidth, s.borderLeftColor, getComputedStyle(e.querySelector('b')).color] })
    await eventually(async () => assert.deepEqual(await style(), ['rgba(0, 0, 0, 0)', '4px', 'rgb(0, 0, 0)', 'rgb(0, 0, 0)']))
    await p.close()
  }
})
