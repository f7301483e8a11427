// The office of a company with many projects: finding the project, giving a
// role on it, and records that tell what happened to them and lose nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, focused, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, home
const names = Array.from({ length: 49 }, (_, n) => `${['滨江', '云栖', '兰亭', '钱塘', '西溪'][n % 5]}${['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'][n % 10]}区 ${n + 1} 号院`)

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  for (const name of names) await seed.project(boss, name)
  home = await seed.project(boss, '翠湖花园')
  await seed.rooms(boss, home, [
    { building: '1', room: '101', area: 89.3, owner: '陈建国', phone: '13805715678' }, { building: '2', room: '101', area: 76.5, owner: '王秀英', phone: '13905711234' },
  ])
  await boss.post(`/projects/${home}/tags`, { name: '精装', kind: 'room' })
  await boss.post(`/projects/${home}/fields`, { name: '车位号', kind: 'room', type: 'text' })
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})
const open = async (path) => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(path)
  await p.settled()
  return p
}

test('[B1] among fifty projects the one is found by a part of its name, with the keyboard', async () => {
  const p = await open(`/p/${home}/rooms`)
  await p.page.getByRole('button', { name: '切换项目' }).click()
  await eventually(async () => assert.match(await focused(p.page), /^combobox: 输入项目名称/))
  const list = p.page.getByRole('listbox', { name: '切换项目' }).getByRole('option')
  assert.equal(await list.count(), 50)
  await assertAccessible(p.page)
  await p.page.keyboard.type('西溪')
  await eventually(async () => assert.ok((await list.allInnerTexts()).every((text) => text.includes('西溪'))))
  const wanted = await list.nth(1).innerText()
  await shot(p.page, 'project-menu')
  await p.page.keyboard.press('ArrowDown')
  await p.page.keyboard.press('Enter')
  const id = (await boss.get('/projects')).body.items.find((x) => x.name === wanted).id
  await p.page.waitForURL(new RegExp(`/p/${id}/`))
  await p.page.getByRole('button', { name: '切换项目' }).click()
  await p.page.keyboard.type('没有的')
  await p.page.getByText('没有名称含“没有的”的项目').waitFor()
  await p.page.keyboard.press('Escape')
  await list.first().waitFor({ state: 'detached' })
  assert.match(await focused(p.page), new RegExp(wanted))

  await p.page.goto('/projects')
  await p.page.getByLabel('项目名称').fill('翠湖')
  await p.page.getByRole('row', { name: /翠湖花园/ }).waitFor()
  await eventually(async () => assert.equal(await p.page.getByRole('table').getByRole('row').count(), 2))
  await p.close()
})

test('[P3] a role on all projects is chosen, it never comes by itself', async () => {
  const p = await open('/accounts')
  await p.page.getByRole('button', { name: '新建账号' }).click()
  const form = p.page.getByRole('dialog', { name: '新建员工账号' })
  await form.getByLabel('姓名').fill('李雪梅')
  await form.getByLabel('登录名').fill('lixuemei')
  await form.getByLabel('初始密码').fill('Guanjia-2026-ok')
  await form.getByLabel('角色', { exact: true }).selectOption('收费员')
  await form.getByRole('button', { name: '建立账号 李雪梅' }).click()
  await form.getByText('有一行还没选项目').waitFor()
  await form.getByLabel('在哪个项目').selectOption('翠湖花园')
  await form.getByRole('button', { name: '建立账号 李雪梅' }).click()
  await form.waitFor({ state: 'hidden' })
  assert.deepEqual((await boss.get('/accounts?q=lixuemei')).body.items[0].grants, [{ project_id: home, role: 'cashier' }])
  await p.close()
})

test('[P3] a role is given on many projects at once, and the list of the staff stays as wide as the window', async () => {
  const p = await open('/accounts')
  await p.page.getByRole('button', { name: '新建账号' }).click()
  const form = p.page.getByRole('dialog', { name: '新建员工账号' })
  // The first click after opening counts, though the name is still empty.
  await form.getByRole('button', { name: '生成一个' }).click()
  assert.match(await form.getByLabel('初始密码').inputValue(), /^[\w-]{14,}$/)
  await form.getByLabel('姓名').fill('吴区域')
  await form.getByLabel('登录名').fill('wuquyu')
  await form.getByLabel('角色', { exact: true }).selectOption('项目经理')
  await form.getByRole('button', { name: '项目经理再加几个项目' }).click()
  const many = form.getByRole('group', { name: '项目经理：在哪些项目' })
  const wanted = (await boss.get('/projects')).body.items.filter((x) => x.name.includes('西溪'))
  assert.ok(wanted.length > 4, `${wanted.length}`)
  await many.getByLabel('项目').fill('西溪')
  await many.getByRole('button', { name: `勾选这 ${wanted.length} 个` }).click()
  await assertAccessible(p.page)
  await shot(p.page, 'account-many')
  await many.getByRole('button', { name: `在 ${wanted.length} 个项目加上项目经理` }).click()
  await form.getByRole('button', { name: '建立账号 吴区域' }).click()
  await form.waitFor({ state: 'hidden' })
  const grants = (await boss.get('/accounts?q=wuquyu')).body.items[0].grants
  assert.deepEqual(grants.map((g) => [g.role, g.project_id]).sort(), wanted.map((x) => ['manager', x.id]).sort())
  await p.page.getByRole('row', { name: /吴区域/ }).getByText(`等 ${wanted.length} 个项目`).waitFor()
  const table = p.page.getByRole('table')
  assert.ok(await table.evaluate((t) => t.parentElement.scrollWidth <= t.parentElement.clientWidth), 'the table runs out of its frame')
  await shot(p.page, 'accounts-many')
  await p.close()
})

test('[P1] the work goes on in another project on the page that is open', async () => {
  const p = await open(`/p/${home}/charges`)
  await p.settled()
  const other = (await boss.get('/projects')).body.items.find((x) => x.name.includes('西溪'))
  await p.page.getByRole('button', { name: '切换项目' }).click()
  await eventually(async () => assert.match(await focused(p.page), /^combobox: 输入项目名称/))
  await p.page.keyboard.type(other.name)
  await p.page.keyboard.press('Enter')
  await p.page.waitForURL(`**/p/${other.id}/charges`)
  await p.close()
})

test('[B3] what was typed into a record is not lost by Esc, by a tag, or by the other half of the drawer', async () => {
  const p = await open(`/p/${home}/rooms`)
  await p.page.getByRole('button', { name: '1栋1单元101' }).click()
  const drawer = p.page.getByRole('dialog', { name: '1栋1单元101' })
  const area = drawer.getByLabel('建筑面积')
  await area.fill('90.55')
  await drawer.getByLabel('车位号').fill('B1-032')
  await drawer.getByRole('checkbox', { name: '精装' }).check()
  await p.page.getByRole('row', { name: /101.*精装/ }).waitFor()
  assert.equal(await area.inputValue(), '90.55')
  assert.equal(await drawer.getByLabel('车位号').inputValue(), 'B1-032')
  await drawer.getByRole('radio', { name: '住的人' }).click()
  await drawer.getByRole('radio', { name: '房屋资料' }).click()
  assert.equal(await drawer.getByLabel('车位号').inputValue(), 'B1-032')

  await area.press('Escape')
  await drawer.getByText('填写的内容还没有保存').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'drawer-unsaved')
  assert.match(await focused(p.page), /继续填写/)
  await p.page.keyboard.press('Escape')
  await drawer.getByText('填写的内容还没有保存').waitFor({ state: 'hidden' })
  assert.equal(await area.inputValue(), '90.55')
  await area.press('Control+Enter')
  await drawer.waitFor({ state: 'hidden' })
  const room = (await boss.get(`/projects/${home}/rooms`)).body.items[0]
  assert.equal(room.area, 9055)
  assert.equal((await boss.get(`/projects/${home}/rooms/${room.id}/values`)).body.items[0].value, 'B1-032')

  // Nothing typed: Esc closes at once.
  await p.page.getByRole('button', { name: '1栋1单元101' }).click()
  await drawer.getByLabel('建筑面积').focus()
  await p.page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
  await p.close()
})

test('[B3] the record of a room tells who changed what, before and after', async () => {
  const p = await open(`/p/${home}/rooms`)
  await p.page.getByRole('button', { name: '1栋1单元101' }).click()
  const history = p.page.getByRole('dialog').getByRole('region', { name: '变更记录' })
  const line = history.getByRole('listitem').filter({ hasText: '修改房屋 1栋1单元101' })
  await line.getByText('建筑面积：').waitFor()
  assert.match(await line.innerText(), /89\.30 ㎡ → 90\.55 ㎡/)
  assert.match(await line.innerText(), /周岚/)
  await assertAccessible(p.page)
  await p.close()
})

test('[B3][B5] the page of a household shows tags and the project’s own fields, and its records are changed there', async () => {
  const elder = (await boss.post(`/projects/${home}/tags`, { name: '高龄老人', kind: 'person' })).body
  const person = (await boss.get(`/projects/${home}/people?q=${encodeURIComponent('陈建国')}`)).body.items[0]
  await boss.post(`/projects/${home}/tags/${elder.id}/bearers`, { subject_ids: [person.id], on: true })
  const room = (await boss.get(`/projects/${home}/rooms`)).body.items[0]
  const p = await open(`/p/${home}/households/${room.id}`)
  for (const words of ['高龄老人', '精装', 'B1-032']) await p.page.getByText(words, { exact: true }).waitFor()
  await p.page.keyboard.press('e')
  const drawer = p.page.getByRole('dialog', { name: '1栋1单元101' })
  await drawer.getByLabel('户型').fill('三室两厅')
  await drawer.getByLabel('户型').press('Control+Enter')
  await drawer.waitFor({ state: 'hidden' })
  await p.page.getByText('三室两厅', { exact: true }).waitFor()
  await p.page.getByRole('button', { name: '陈建国', exact: true }).click()
  const record = p.page.getByRole('dialog', { name: '陈建国' })
  await record.getByLabel('邮箱').fill('chen@example.cn')
  await record.getByLabel('邮箱').press('Control+Enter')
  await record.waitFor({ state: 'hidden' })
  assert.equal((await boss.get(`/projects/${home}/people/${person.id}`)).body.email, 'chen@example.cn')
  await assertAccessible(p.page)
  await p.close()
})

test('[F7] at the counter a number that stands in two buildings waits for a choice; F9 goes to the shift', async () => {
  const p = await open(`/p/${home}/counter`)
  await p.page.keyboard.press('F2')
  await p.page.keyboard.type('101')
  await p.page.keyboard.press('Enter')
  const hits = p.page.getByRole('listbox', { name: '找一户' }).getByRole('option')
  await hits.nth(1).waitFor()
  await p.settled()
  assert.match(p.page.url(), /counter$/)
  await p.page.keyboard.press('ArrowDown')
  await p.page.keyboard.press('Enter')
  await p.page.getByText('王秀英').first().waitFor()
  await p.page.keyboard.press('F9')
  await p.page.waitForURL(/\/shift$/)
  await p.close()
})
