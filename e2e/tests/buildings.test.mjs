// Somebody who answers for one building: made on the staff page, finds only its
// households, and is told of no other by search, by list, by address.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PHONE, assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, one, rooms, lou

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  one = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, one, [
    { building: '1', room: '101', area: 89.3, owner: '陈建国', phone: '13805715678' },
    { building: '2', room: '101', area: 89.3, owner: '陈丽华', phone: '13905719999' },
    { building: '3', room: '101', area: 89.3, owner: '吴敏', phone: '13705711111' },
  ])
  await seed.fee(boss, one, { name: '物业服务费', price: 2 })
  await seed.released(boss, one)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const menuOf = (page) => page.getByRole('navigation', { name: '主菜单' }).getByRole('link').evaluateAll((all) => all.map((a) => a.title || a.textContent.trim()).filter((t) => !t.includes('首页')))

test('[P3] a role is given for one building, and stands so in the list and in the log', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto('/accounts')
  await p.page.getByRole('button', { name: '新建账号' }).click()
  const form = p.page.getByRole('dialog', { name: '新建员工账号' })
  await form.getByLabel('姓名').fill('郑楠')
  await form.getByLabel('登录名').fill('zhengnan')
  await form.getByLabel('初始密码').fill('Guanjia-2026-ok')
  await form.getByLabel('角色', { exact: true }).selectOption('收费员')
  await form.getByLabel('在哪个项目').selectOption('翠湖花园')
  await form.getByRole('radio', { name: '部分楼栋' }).click()
  await form.getByRole('checkbox', { name: '1栋' }).waitFor()
  await form.getByRole('button', { name: '建立账号 郑楠' }).click()
  await form.getByText('请至少勾选一栋楼').waitFor()
  await form.getByRole('checkbox', { name: '1栋' }).check()
  await assertAccessible(p.page)
  await shot(p.page, 'account-buildings')
  await form.getByRole('button', { name: '建立账号 郑楠' }).click()
  await form.waitFor({ state: 'hidden' })
  await p.page.getByRole('row', { name: /郑楠/ }).filter({ hasText: '收费员（翠湖花园 1栋）' }).waitFor()

  // Two buildings for a moment, and one again: both are in the log with the buildings' names.
  await p.page.getByRole('row', { name: /郑楠/ }).getByRole('button', { name: '修改' }).click()
  const edit = p.page.getByRole('dialog', { name: '郑楠的账号' })
  await edit.getByRole('checkbox', { name: '3栋' }).check()
  await edit.getByText('要重新登录才按新角色工作').waitFor()
  await edit.getByRole('button', { name: '保存账号' }).click()
  await edit.waitFor({ state: 'hidden' })
  await p.page.getByRole('row', { name: /郑楠/ }).filter({ hasText: '收费员（翠湖花园 1栋、3栋）' }).waitFor()
  await p.close()
  const account = (await boss.get('/accounts?q=zhengnan')).body.items[0]
  const first = (await boss.get(`/projects/${one}/buildings`)).body.items.find((b) => b.name === '1栋').id
  await boss.put(`/accounts/${account.id}/grants`, { version: account.version, grants: [{ role: 'cashier', project_id: one, building_ids: [first] }] })
  const log = (await boss.get('/audit?action=identity.grants_changed')).body.items
  assert.deepEqual(log.map((e) => e.summary.match(/限于楼栋 [^，]*/)?.[0]), ['限于楼栋 1栋', '限于楼栋 1栋、3栋'])
  lou = await seed.signIn(linli.origin, 'zhengnan', 'Guanjia-2026-ok')
  await lou.post('/session/password', { old: 'Guanjia-2026-ok', password: 'Ziji-2026-mima' }) // what was given is replaced first
})

test('[P3] who answers for one building works there and learns nothing of the others', async () => {
  const [home, far] = [rooms['1栋1单元101'], rooms['2栋1单元101']]
  const p = await seed.pageOf(browser, linli.origin, lou)
  await p.page.goto('/')
  await p.page.waitForURL(/\/home$/)
  await p.page.getByRole('banner').getByText('部分楼栋').waitFor()
  await p.settled()
  assert.deepEqual((await menuOf(p.page)).sort(), ['工作台', '收银台', '收据', '红冲与退款', '押金', '发票', '交班', '班次', '费用明细', '抄表', '住户查询', '房态图', '催缴', '楼栋与房屋', '住户名册', '车辆', '更正申请', '下载中心'].sort())

  // Receipts are one's own here: the page says so, and does not say that nobody took anything.
  await p.page.goto(`/p/${one}/receipts`)
  await p.page.getByText('您还没有开过收据').waitFor()
  await p.page.getByText('别人开的，在那一户的档案里看').first().waitFor()
  assert.equal(await p.page.getByRole('checkbox', { name: '只看我开的' }).count(), 0)
  await shot(p.page, 'receipts-own')

  // By search.
  await p.page.goto(`/p/${one}/households`)
  const box = p.page.getByRole('combobox', { name: /房号/ }).last()
  await box.fill('陈')
  await p.page.getByRole('option', { name: /陈建国/ }).waitFor()
  await p.settled()
  assert.equal(await p.page.getByText('陈丽华').count(), 0)
  await box.fill('13905719999')
  await p.page.getByText(/没有找到/).first().waitFor()
  await shot(p.page, 'building-search')
  // By list: rooms, people, charges, the picture of the rooms.
  for (const [path, mine] of [['rooms', '1栋1单元101'], ['people', '陈建国'], ['charges', '陈建国'], ['room-states', '101']]) {
    await p.page.goto(`/p/${one}/${path}`)
    await p.page.getByText(mine).first().waitFor()
    await p.settled()
    for (const theirs of ['陈丽华', '吴敏', '2栋', '3栋']) assert.equal(await p.page.getByText(theirs, { exact: false }).count(), 0, `${theirs} on ${path}`)
    p.calm()
  }
  // By address: the household, the counter, pages of the whole project.
  p.expect(/status of 40[34]/)
  await p.page.goto(`/p/${one}/households/${far}`)
  await p.page.getByText('没有这间房').first().waitFor()
  await p.page.goto(`/p/${one}/counter/${far}`)
  await p.page.getByText('没有这间房').first().waitFor()
  for (const path of ['project', 'reading-sheets', 'dunning/letters', 'runs', 'takings']) {
    await p.page.goto(`/p/${one}/${path}`)
    await p.page.getByRole('heading', { level: 1, name: '您没有打开这个页面的权限' }).waitFor()
  }
  // What the page does not offer, the API refuses.
  const refused = await lou.get(`/projects/${one}/dunning/letters`, { status: 403 })
  assert.equal(refused.body.code, 'building_scope')
  assert.match(refused.body.detail, /只限于部分楼栋/)
  await lou.get(`/projects/${one}/households/${far}`, { status: 404 })
  await lou.post(`/projects/${one}/receipts`, { room_id: far, expected_owed: 17860, pays: [{ method: 'cash', amount: 100 }] }, { status: 404 })

  // At home the work is done: the household, its money, a receipt and its print.
  await p.page.goto(`/p/${one}/households/${home}`)
  await p.page.getByRole('heading', { level: 1, name: /陈建国/ }).waitFor()
  await p.settled()
  await assertAccessible(p.page)
  await shot(p.page, 'building-household')
  await p.page.getByRole('link', { name: /收款/ }).first().click()
  await p.page.waitForURL(new RegExp(`/counter/${home}`))
  await p.page.getByText('178.60').first().waitFor()
  await p.page.getByLabel(/实收|金额/).first().waitFor()
  await shot(p.page, 'building-counter')
  const receipt = (await lou.post(`/projects/${one}/receipts`, { room_id: home, expected_owed: 17860, pays: [{ method: 'cash', amount: 17860 }] })).body
  const theirs = (await boss.post(`/projects/${one}/receipts`, { room_id: far, expected_owed: 17860, pays: [{ method: 'cash', amount: 17860 }] })).body
  await p.page.goto(`/p/${one}/receipts/${receipt.id}`)
  await p.page.getByText(receipt.number).first().waitFor()
  await p.page.goto(`/p/${one}/receipts/${theirs.id}`)
  await p.page.getByText('没有找到').first().waitFor()
  await p.page.goto(`/p/${one}/receipts`)
  await p.page.getByRole('link', { name: receipt.number }).waitFor()
  await p.settled()
  assert.equal(await p.page.getByText(theirs.number).count(), 0)
  await p.page.goto(`/p/${one}/shift`)
  await p.page.getByText('郑楠').first().waitFor()
  await p.settled()
  await p.close()
})

test('[P3] who answers for one building has its figures at home, reads its meters and closes the own shift', async () => {
  await boss.post(`/projects/${one}/meter-batches`, { kind: 'water', digits: 5, installed: `${seed.month(-1)}-01` })
  const meters = (await boss.get(`/projects/${one}/reading-sheet?limit=50`)).body.items
  const meter = (label) => meters.find((m) => m.meter.label === label).meter.id
  const p = await seed.pageOf(browser, linli.origin, lou)
  await p.page.goto(`/p/${one}/home`)
  await p.page.getByText('翠湖花园 1栋 1 户').waitFor()
  await p.page.getByText('实收 178.60，应收 178.60').waitFor()
  await p.page.getByRole('heading', { name: '我今天收款' }).waitFor()
  await p.settled()
  for (const theirs of ['535.80', '357.20', '全项目']) assert.equal(await p.page.getByText(theirs).count(), 0, theirs)
  await assertAccessible(p.page)
  await shot(p.page, 'building-home')

  await p.page.goto(`/p/${one}/readings`)
  const field = p.page.getByLabel('1栋1单元101本期读数')
  await field.fill('12')
  await field.press('Enter')
  await p.page.getByText('水表 1 块，已抄 1 块').waitFor()
  await p.settled()
  assert.equal(await p.page.getByText(/[23]栋1单元101/).count(), 0)
  await shot(p.page, 'building-readings')
  const reading = { date: seed.today(), value: 5_0000 }
  await lou.post(`/projects/${one}/readings`, { ...reading, meter_id: meter('2栋1单元101') }, { status: 404 })
  await lou.get(`/projects/${one}/meters/${meter('2栋1单元101')}/history`, { status: 404 })
  await lou.get(`/projects/${one}/meters/${meter('1栋1单元101')}/history`)

  const shift = (await lou.get(`/projects/${one}/my-shift`)).body.shift.id
  await lou.post(`/projects/${one}/shifts/${shift}/counts`, { counted: 17860 })
  const closed = (await lou.post(`/projects/${one}/shifts/${shift}/close`, { count: 1, handed: 17860 })).body
  await p.page.goto(`/p/${one}/shifts`)
  await p.page.getByRole('link', { name: closed.number }).click()
  await p.page.getByText('178.60').first().waitFor()
  const slip = await lou.get(`/projects/${one}/shifts/${shift}/print`)
  assert.ok(slip.text.includes(closed.number) && slip.text.includes('郑楠'))
  const theirs = (await boss.get(`/projects/${one}/my-shift`)).body.shift.id
  for (const path of ['', '/print']) await lou.get(`/projects/${one}/shifts/${theirs}${path}`, { status: 404 })
  await p.close()

  const phone = await seed.pageOf(browser, linli.origin, lou, PHONE)
  await phone.page.goto(`/p/${one}/phone/readings`)
  await phone.page.getByRole('button', { name: '全部', exact: true }).click()
  await phone.page.getByRole('button', { name: /1栋1单元101/ }).waitFor()
  await phone.settled()
  assert.equal(await phone.page.getByText(/[23]栋/).count(), 0)
  await phone.close()
})

test('[P3] who answers for one building takes and keeps deposits, and makes pay codes, there only', async () => {
  const [home, far] = [rooms['1栋1单元101'], rooms['2栋1单元101']]
  const keys = (room) => ({ kind: 'keys', room_id: room, pays: [{ method: 'cash', amount: 30000 }] })
  const theirs = (await boss.post(`/projects/${one}/deposits`, keys(far))).body
  const p = await seed.pageOf(browser, linli.origin, lou)
  await p.page.goto(`/p/${one}/deposits`)
  await p.page.getByRole('button', { name: '收押金' }).click()
  const drawer = p.page.getByRole('dialog')
  await drawer.getByRole('combobox', { name: '房屋' }).fill('101')
  await p.page.getByRole('option', { name: '1栋1单元101' }).click()
  await drawer.getByLabel('金额').fill('2000')
  await drawer.getByRole('button', { name: /^收押金/ }).click()
  await p.page.getByRole('table', { name: '押金' }).getByRole('link', { name: /SJ\d{4}-/ }).waitFor()
  await p.settled()
  assert.equal(await p.page.getByText(theirs.number).count(), 0)
  assert.equal(await p.page.getByText('2栋1单元101').count(), 0)
  await assertAccessible(p.page)
  await shot(p.page, 'building-deposits')
  await lou.post(`/projects/${one}/deposits`, keys(far), { status: 404 })
  for (const path of ['', '/move', '/deductions']) {
    const ask = { reason: '试试', version: theirs.version }
    await (path ? lou.post(`/projects/${one}/deposits/${theirs.id}${path}`, ask, { status: 404 }) : lou.get(`/projects/${one}/deposits/${theirs.id}`, { status: 404 }))
  }
  await lou.get(`/projects/${one}/deposit-sums`, { status: 403 })

  const asked = (await boss.post(`/projects/${one}/refunds`, { kind: 'deposit', deposit_id: theirs.id, amount: 100, method: 'cash', reason: '退钥匙' })).body
  await p.page.goto(`/p/${one}/refunds?state=all`)
  await p.page.getByRole('heading', { level: 1, name: '红冲与退款' }).waitFor()
  await p.settled()
  assert.equal(await p.page.getByText('2栋1单元101').count(), 0)
  await lou.post(`/projects/${one}/refunds/${asked.id}/pay`, { version: asked.version }, { status: 404 })

  await p.page.goto(`/p/${one}/households/${home}`)
  await p.page.getByRole('button', { name: '缴费二维码' }).waitFor()
  await lou.post(`/projects/${one}/rooms/${home}/paycode`, {}, { status: 201 })
  await lou.post(`/projects/${one}/rooms/${far}/paycode`, {}, { status: 404 })
  const order = (room) => ({ channel: 'wechat', room_id: room, expected_owed: 0, amount: 100 })
  await lou.post(`/projects/${one}/orders`, order(far), { status: 404 })
  assert.notEqual((await lou.post(`/projects/${one}/orders`, order(home), { status: 409 })).body.code, 'building_scope') // nobody can be paid here
  await p.close()
})

test('[P3] rooms and people of the own building are changed, those of another are not', async () => {
  const buildings = (await boss.get(`/projects/${one}/buildings`)).body.items
  const own = buildings.find((b) => b.name === '1栋').id
  await boss.post('/accounts', { login: 'shenqian', name: '沈倩', password: 'Guanjia-2026-ok', grants: [{ role: 'manager', project_id: one, building_ids: [own] }] })
  const keeper = await seed.signIn(linli.origin, 'shenqian', 'Guanjia-2026-ok')
  const [home, far] = [rooms['1栋1单元101'], rooms['2栋1单元101']]
  const ask = (subject) => boss.post(`/projects/${one}/corrections`, { kind: 'room', subject_id: subject, field: 'area', new_value: '90.00', asked_by: '业主', way: 'phone', reason: '产权证不同' })
  await ask(home)
  const theirs = (await ask(far)).body
  const p = await seed.pageOf(browser, linli.origin, keeper)
  await p.page.goto(`/p/${one}/rooms`)
  await p.page.getByRole('button', { name: '1栋1单元101' }).click()
  const drawer = p.page.getByRole('dialog', { name: '1栋1单元101' })
  await drawer.getByLabel('户型').fill('四室一厅')
  await drawer.getByRole('button', { name: '保存房屋' }).click()
  await drawer.waitFor({ state: 'hidden' })
  await p.page.getByRole('row', { name: /1栋1单元101/ }).filter({ hasText: '四室一厅' }).waitFor()
  await p.page.getByRole('row', { name: /1栋1单元101/ }).getByRole('button', { name: '住的人' }).click()
  await drawer.getByRole('button', { name: '登记住户' }).click()
  await drawer.getByRole('button', { name: '登记新住户' }).click()
  await drawer.getByLabel('姓名').fill('陈小雨')
  await drawer.getByRole('button', { name: '登记住户 陈小雨' }).click()
  await drawer.getByRole('radio', { name: '家属' }).click()
  await drawer.getByRole('button', { name: '把 陈小雨 登记到 1栋1单元101' }).click()
  await drawer.getByRole('list', { name: '住的人' }).getByRole('listitem').filter({ hasText: '陈小雨' }).waitFor()
  await shot(p.page, 'building-people')

  await p.page.goto(`/p/${one}/corrections`)
  await p.page.getByRole('row', { name: /1栋1单元101/ }).getByRole('button', { name: '批准更正' }).click()
  const dialog = p.page.getByRole('dialog').last()
  await dialog.getByRole('button', { name: '核对了产权证' }).click()
  await dialog.getByRole('button', { name: /^改成/ }).click()
  await p.page.getByText('没有待处理的更正申请').waitFor()
  await p.settled()
  assert.equal(await p.page.getByText('2栋1单元101').count(), 0)
  assert.equal((await boss.get(`/projects/${one}/rooms/${home}`)).body.area, 9000)
  await p.close()

  // A room of the own building changes hands.
  const q = await seed.pageOf(browser, linli.origin, keeper)
  await q.page.goto(`/p/${one}/households/${home}`)
  await q.page.getByRole('button', { name: '过户', exact: true }).click()
  const form = q.page.getByRole('dialog')
  await form.getByRole('button', { name: '登记新住户' }).click()
  await form.getByLabel('姓名').first().fill('周岚心')
  await form.getByRole('button', { name: /周岚心/ }).click()
  await form.getByLabel('过户日期').fill(seed.today())
  await form.getByLabel('过户日期').press('Enter')
  await form.getByRole('button', { name: '过户给 周岚心' }).click()
  await form.waitFor({ state: 'hidden' })
  await q.page.getByText('陈建国 → 周岚心', { exact: true }).waitFor()
  await shot(q.page, 'building-transfer')
  await q.close()
  const moved = { new_owner: { name: '周岚心' }, date: seed.today() }
  await keeper.post(`/projects/${one}/rooms/${far}/transfers`, moved, { status: 404 })

  await keeper.post(`/projects/${one}/corrections/${theirs.id}/decision`, { approve: true, note: '核对过', version: 1 }, { status: 404 })
  const other = (await boss.get(`/projects/${one}/rooms/${far}/occupants`)).body.items[0]
  await keeper.post(`/projects/${one}/occupants/${other.id}/end`, {}, { status: 404 })
  await keeper.post(`/projects/${one}/rooms/${home}/occupants`, { person_id: other.person.id, part: 'family' }, { status: 404 })
  const room = (await boss.get(`/projects/${one}/rooms/${far}`)).body
  assert.deepEqual([room.area, room.layout, room.version], [8930, '三室两厅', 1])
})
