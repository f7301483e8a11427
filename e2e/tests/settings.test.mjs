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
  await b.close()
})
