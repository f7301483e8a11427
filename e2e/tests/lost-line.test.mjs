// The server goes away while somebody works, and comes back.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const data = mkdtempSync(join(tmpdir(), 'linli-e2e-lost-'))
let linli, browser, boss, one

before(async () => {
  linli = await startLinli({ data })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  one = await seed.project(boss, '翠湖花园')
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  rmSync(data, { recursive: true, force: true })
})

/** The same installation on the same address again. */
async function back() {
  linli = await startLinli({ data, env: { LINLI_ADDR: linli.origin.slice('http://'.length) } })
}

test('[P1] the server is away while a form is open: what was typed stays, and is saved once when it is back', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  p.expect(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|load preload assets/)
  await p.page.goto(`${linli.origin}/p/${one}/rooms`)
  await p.settled()
  await p.page.getByRole('button', { name: '新建楼栋' }).last().click()
  const form = p.page.getByRole('dialog', { name: '新建楼栋' })
  await form.getByLabel('楼栋名称').fill('会所')
  await linli.kill()
  await form.getByRole('button', { name: '建立楼栋 会所' }).click()
  await form.getByRole('alert').waitFor()
  await shot(p.page, 'lost-form')
  await back()
  await form.getByRole('button', { name: '建立楼栋 会所' }).click()
  await form.waitFor({ state: 'hidden' })
  assert.deepEqual((await boss.get(`/projects/${one}/buildings`)).body.items.map((b) => b.name), ['会所'])
  await p.close()
})

test('[P1] a page that cannot be opened because the server is away leaves the one that is open; tried again it opens', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  p.expect(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|load preload assets/)
  await p.page.goto(`${linli.origin}/p/${one}/rooms`)
  await p.settled()
  const title = await p.page.getByRole('heading', { level: 1 }).innerText()
  await linli.kill()
  await p.page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '公告' }).click()
  const said = p.page.getByRole('alert').filter({ hasText: '那个页面没有打开' })
  await said.getByText('没有连上服务器', { exact: false }).waitFor()
  assert.equal(await p.page.getByRole('heading', { level: 1 }).innerText(), title, 'the page stays')
  await assertAccessible(p.page)
  await shot(p.page, 'lost-page')
  await said.getByRole('button', { name: '再试一次' }).click()
  await said.waitFor()
  await back()
  await said.getByRole('button', { name: '再试一次' }).click()
  await p.page.getByRole('heading', { level: 1, name: '公告' }).waitFor()
  assert.equal(await said.count(), 0)
  await p.close()
})
