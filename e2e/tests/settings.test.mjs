// What an administrator sets up for a project, and how the log of what
// everybody did is searched.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'
import { unzip } from '../lib/xlsx.mjs'

let linli, browser, boss, project

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  await seed.rooms(boss, project, [
    { building: '1', room: '101', area: 89.3, owner: '陈建国', phone: '13805715678' },
    { building: '1', room: '102', area: 120, owner: '林晓燕', phone: '13805715679' },
  ])
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

test('[P3] the log is searched by word, person and act; the file has the same entries; before and after stand beside each other', async () => {
  const clerk = await seed.staff(boss, linli.origin, 'qiantai', '李雪梅', 'manager', project)
  await clerk.api.post(`/projects/${project}/tags`, { name: '空巢老人', kind: 'person' })
  const rooms = (await boss.get(`/projects/${project}/rooms`)).body.items
  const one = rooms.find((r) => r.label.includes('101'))
  await clerk.api.patch(`/projects/${project}/rooms/${one.id}`, { version: one.version, layout: '四室两厅' })
  const b = await seed.pageOf(browser, linli.origin, boss)
  await b.page.goto(`/p/${project}/audit`)
  const table = b.page.getByRole('table', { name: '操作日志' })
  await table.getByRole('row', { name: /空巢老人/ }).waitFor()

  await b.page.getByRole('combobox', { name: '谁' }).selectOption({ label: '李雪梅' })
  await table.getByRole('row', { name: /新建项目/ }).waitFor({ state: 'detached' })
  await table.getByRole('row', { name: /空巢老人/ }).waitFor()
  await b.page.getByRole('combobox', { name: '动作' }).selectOption({ label: '修改房屋' })
  await table.getByRole('row', { name: /空巢老人/ }).waitFor({ state: 'detached' })
  await table.getByRole('button', { name: '前后对比' }).first().click()
  const drawer = b.page.getByRole('dialog', { name: /日志第/ })
  await drawer.getByRole('table', { name: '改了什么' }).getByText('四室两厅').waitFor()
  await drawer.getByText('户型', { exact: true }).waitFor()
  await assertAccessible(b.page)
  await shot(b.page, 'audit-entry')
  await b.page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })

  await b.page.getByRole('button', { name: '清除条件' }).click()
  await b.page.getByRole('searchbox', { name: /收据号/ }).fill('李雪梅 空巢')
  await eventually(async () => assert.equal(await table.getByRole('row').count(), 2))
  await table.getByRole('row', { name: /空巢老人/ }).waitFor()
  await b.settled()
  await shot(b.page, 'audit-search')
  const [file] = await Promise.all([b.page.waitForEvent('download'), b.page.getByRole('button', { name: /导出/ }).click()])
  const sheet = Object.values(unzip(readFileSync(await file.path()))).map((data) => data.toString('utf8')).join('')
  assert.match(sheet, /空巢老人/)
  assert.doesNotMatch(sheet, /新建项目|四室两厅/)

  await b.page.getByRole('searchbox', { name: /收据号/ }).fill('没有这样的事')
  await b.page.getByText('没有符合条件的记录').waitFor()

  await b.page.goto('/audit')
  await b.page.getByRole('combobox', { name: '动作' }).selectOption({ label: '新建账号' })
  await table.getByRole('row', { name: /李雪梅/ }).first().waitFor()
  const [company] = await Promise.all([b.page.waitForEvent('download'), b.page.getByRole('button', { name: '导出', exact: true }).click()])
  assert.match(company.suggestedFilename(), /^公司操作日志 \d{4}-\d{2}-\d{2}\.xlsx$/)
  const words = Object.values(unzip(readFileSync(await company.path()))).map((data) => data.toString('utf8')).join('')
  assert.match(words, /新建账号 qiantai/)
  assert.doesNotMatch(words, /空巢老人|首次启用/)
  await b.page.getByRole('button', { name: '清除条件' }).click()
  await table.getByRole('row', { name: /导出公司操作日志 \d+ 条/ }).waitFor()
  await b.close()
})

test('[P9] project settings stand on one page; a receipt carries the own texts, seen on the paper before they are saved', async () => {
  const b = await seed.pageOf(browser, linli.origin, boss)
  await b.page.goto(`/p/${project}/settings`)
  const sections = b.page.getByRole('region', { name: '各项设置' })
  await sections.getByText('先到期先还，可挑选，最多预缴 12 个月').waitFor()
  const sample = b.page.frameLocator('iframe[title="打印样张"]')
  await sample.getByText('样张，不作收据').first().waitFor()
  await b.page.getByLabel('收款单位抬头').fill('翠湖花园物业服务中心')
  await b.page.getByLabel('服务电话').fill('call me')
  await b.page.getByLabel('页脚').fill('周一至周日 8:30–18:00')
  await b.page.getByText('只能有数字、空格').waitFor()
  await b.page.getByLabel('服务电话').fill('0571-8765 4321')
  await sample.getByText('翠湖花园物业服务中心').first().waitFor()
  await b.settled()
  await shot(b.page, 'settings-80')
  await b.page.getByRole('radio', { name: 'A4 两联' }).click()
  await sample.getByText('第二联　收款单位记账').waitFor()
  await sample.getByText('翠湖花园物业服务中心').first().waitFor()
  await b.settled()
  await assertAccessible(b.page, { exclude: ['iframe'] })
  await shot(b.page, 'settings-a4')
  await b.page.getByRole('radio', { name: '241 毫米三联' }).click()
  await sample.getByText('①存根').waitFor()
  await b.settled()
  await shot(b.page, 'settings-241')
  await b.page.getByRole('button', { name: '保存票据样式' }).click()
  await b.page.getByText('已保存，下一张收据起生效').waitFor()

  const clerk = await seed.staff(boss, linli.origin, 'shoufei', '孙悦', 'cashier', project)
  const ids = await seed.roomIds(boss, project)
  const room = Object.values(ids)[0]
  const taken = (await clerk.api.post(`/projects/${project}/receipts`, { room_id: room, expected_owed: 0, confirmed: true, pays: [{ method: 'cash', amount: 10000 }] })).body
  const html = (await clerk.api.post(`/projects/${project}/receipts/${taken.id}/prints`, { paper: '80' })).body.html
  assert.match(html, /翠湖花园物业服务中心[\s\S]*服务电话 0571-8765 4321[\s\S]*周一至周日/)
  await clerk.api.get(`/projects/${project}/print-setting/sample`, { status: 403 })

  await b.page.reload()
  const numbers = b.page.getByRole('table', { name: '单据编号' })
  await numbers.getByRole('row', { name: /收据.*SJ.*1.*-000002/ }).waitFor()
  await numbers.getByRole('row', { name: /催缴单.*CJ.*-000001/ }).waitFor()
  await numbers.getByRole('button', { name: '改字头：催缴单' }).click()
  const edit = b.page.getByRole('dialog', { name: '改字头：催缴单' })
  await edit.getByRole('textbox', { name: '字头' }).fill('RJ')
  b.expect(/409/)
  await edit.getByRole('button', { name: /年起用字头 RJ/ }).click()
  await edit.getByText(/另一种单据在用这个字头/).first().waitFor()
  await edit.getByRole('textbox', { name: '字头' }).fill('cuij')
  await edit.getByText(/第一张是 CUIJ\d{4}-000001/).waitFor()
  await assertAccessible(b.page)
  await edit.getByRole('button', { name: /年起用字头 CUIJ/ }).click()
  await edit.waitFor({ state: 'hidden' })
  await numbers.getByRole('row', { name: /催缴单.*CUIJ\d{4}-000001/ }).waitFor()
  await shot(b.page, 'settings-series')
  await sections.getByRole('link', { name: '打开收款' }).click()
  await b.page.getByRole('heading', { level: 1, name: '收银设置' }).waitFor()
  await b.close()
})

test('[P9] the words offered for layouts and reasons become those of the project', async () => {
  const b = await seed.pageOf(browser, linli.origin, boss)
  await b.page.goto(`/p/${project}/settings`)
  const lists = b.page.getByRole('table', { name: '字典' })
  await lists.getByRole('row', { name: /户型.*三室两厅/ }).waitFor()
  const change = async (name, text) => {
    await lists.getByRole('button', { name: `改字典：${name}` }).click()
    const edit = b.page.getByRole('dialog', { name: `改字典：${name}` })
    await edit.getByRole('textbox', { name: /一行一个词/ }).fill(text)
    await edit.getByRole('button', { name: `保存字典 ${name}` }).click()
    return edit
  }
  const edit = await change('户型', 'A1 户型\nB2 户型\nA1 户型')
  await edit.getByText('“A1 户型”写了两次').waitFor()
  await edit.getByRole('textbox', { name: /一行一个词/ }).fill('A1 户型\nB2 户型')
  await assertAccessible(b.page)
  await shot(b.page, 'settings-words')
  await edit.getByRole('button', { name: '保存字典 户型' }).click()
  await edit.waitFor({ state: 'hidden' })
  await lists.getByRole('row', { name: /户型 A1 户型、B2 户型/ }).waitFor()
  await (await change('作废收据的原因', '换人交费')).waitFor({ state: 'hidden' })
  await lists.getByRole('row', { name: /作废收据的原因 换人交费/ }).waitFor()
  await shot(b.page, 'settings-lists')

  await b.page.goto(`/p/${project}/rooms`)
  await b.page.getByRole('table').getByRole('button', { name: /101$/ }).click()
  const offers = b.page.getByRole('dialog').locator('datalist option')
  await eventually(async () => assert.deepEqual(await offers.evaluateAll((all) => all.map((o) => o.value)), ['A1 户型', 'B2 户型']))
  const [receipt] = (await boss.get(`/projects/${project}/receipts?limit=1`)).body.items
  await b.page.goto(`/p/${project}/receipts/${receipt.id}`)
  await b.page.getByRole('button', { name: /^作废/ }).click()
  await b.page.getByRole('dialog').getByRole('button', { name: '换人交费' }).click()
  await b.page.getByRole('dialog').getByRole('button', { name: /^作废/ }).click()
  await b.page.getByText('换人交费').first().waitFor()
  await b.close()
})

test('[B1] a new project begins with the fees, prices, tags and settings of another, without its rooms, people and money', async () => {
  await seed.fee(boss, project, { name: '物业服务费', price: 2.6 })
  const b = await seed.pageOf(browser, linli.origin, boss)
  await b.page.goto('/projects')
  await b.page.getByRole('button', { name: '新建项目' }).click()
  const drawer = b.page.getByRole('dialog', { name: '新建项目' })
  await drawer.getByLabel('项目名称').fill('云栖小镇')
  await drawer.getByLabel('套用设置').selectOption({ label: '翠湖花园' })
  await drawer.getByText(/不含房屋、住户和账/).waitFor()
  await assertAccessible(b.page)
  await shot(b.page, 'project-copy')
  await drawer.getByRole('button', { name: '建立项目 云栖小镇' }).click()
  await b.page.getByText(/已新建云栖小镇，套用了翠湖花园的 1 个费用项目、1 条价格、1 个标签/).waitFor()
  await b.page.getByRole('row', { name: /云栖小镇/ }).waitFor()
  await shot(b.page, 'project-copied')
  const made = (await boss.get('/projects')).body.items.find((p) => p.name === '云栖小镇')
  assert.equal(made.rooms, 0)
  const items = (await boss.get(`/projects/${made.id}/items`)).body.items
  assert.deepEqual(items.map((i) => i.name), ['物业服务费'])
  assert.equal((await boss.get(`/projects/${made.id}/people?limit=50`)).body.items.length, 0)
  const print = (await boss.get(`/projects/${made.id}/print-setting`)).body
  assert.deepEqual([print.header, print.phone, print.footer], ['', '', '周一至周日 8:30–18:00'])
  await b.page.goto(`/p/${made.id}/audit`)
  await b.page.getByRole('row', { name: /云栖小镇 套用 翠湖花园 的设置：1 个费用项目/ }).waitFor()
  await b.close()
})
