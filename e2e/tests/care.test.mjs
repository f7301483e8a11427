// What keeps the data safe: backups, the restore drill, health, and what the
// administrator is told of them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, one

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  one = await seed.project(boss, '翠湖花园')
  await seed.rooms(boss, one, [{ building: '1', room: '101', area: 89.3, owner: '陈建国', phone: '13805715678' }])
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

test('[P4] the administrator makes a backup, restores it in a drill, and the date stands on the page', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto('/care')
  await p.page.getByText('还没有做过恢复演练', { exact: false }).waitFor()
  await p.page.getByRole('button', { name: '现在备份' }).click()
  await p.page.getByRole('cell', { name: /^linli-\d{8}-\d{6}\.backup$/ }).first().waitFor({ timeout: 60_000 })
  const drill = p.page.getByRole('region', { name: '恢复演练' })
  await drill.getByRole('button', { name: '做一次恢复演练' }).click()
  await drill.getByText('通过', { exact: true }).waitFor({ timeout: 90_000 })
  await p.page.getByText('还没有做过恢复演练', { exact: false }).waitFor({ state: 'detached' })
  await assertAccessible(p.page)
  await shot(p.page, 'care', { keep: 'guide/pages/care', clip: { x: 0, y: 0, width: 1440, height: 358 } })
  await p.close?.()
})

test('[P5] the server tells whether it is alive and ready, and keeps its figures from the public', async () => {
  for (const path of ['/healthz', '/readyz']) assert.equal((await fetch(linli.origin + path)).status, 200)
  assert.ok(!(await (await fetch(linli.origin + '/metrics')).text()).includes('linli_requests_total'))
  const care = await eventually(async () => (await boss.get('/care')).body)
  assert.equal(care.engine, 'sqlite')
  assert.ok(care.disk_free > 0)
})
