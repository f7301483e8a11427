// The code on the paper of a receipt: who scans it sees without login what became of the receipt, and no more.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { PHONE, assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, cashier, project, rooms

before(async () => {
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const at = `127.0.0.1:${free.address().port}`
  free.close()
  linli = await startLinli({ env: { LINLI_ADDR: at, LINLI_URL: `http://${at}` } })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [1, 2].map((n) => ({ building: '1', room: `${n}01`, area: 89.3, owner: `欧阳文${'甲乙'[n - 1]}`, phone: `1380571560${n}` })))
  await seed.fee(boss, project, { name: '公共能耗费', basis: 'fixed', price: 150 })
  await seed.released(boss, project)
  cashier = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'cashier', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
const pay = async (n) => (await cashier.api.post(at('/receipts'), { room_id: rooms[`1栋1单元${n}01`], expected_owed: 15000, pays: [{ method: 'cash', amount: 15000 }] })).body

/** Where the code on the paper leads. */
async function codeOn(receipt, paper) {
  const { html } = (await cashier.api.post(at(`/receipts/${receipt}/prints`), { paper })).body
  const links = [...html.matchAll(/class="qr" href="([^"]+)"/g)].map((m) => m[1])
  assert.ok(links.length > 0, `no code on ${paper}`)
  return links[0]
}

for (const theme of ['light', 'dark']) {
  test(`[F6] [F7] the code on a receipt shows on a telephone that it is genuine, ${theme}`, async () => {
    const r = await pay(theme === 'light' ? 1 : 2)
    const links = await Promise.all(['80', 'a4', '241'].map((paper) => codeOn(r.id, paper)))
    assert.equal(new Set(links).size, 1, 'every paper and every printing carries the same code')
    const p = await browser.page({ origin: linli.origin, size: PHONE, theme })
    await p.page.goto(links[0])
    await p.page.getByText('这张收据是真的，有效').waitFor()
    const text = await p.page.locator('main').innerText()
    for (const part of [r.number, '¥150.00', '壹佰伍拾元整', '欧*', '翠湖花园']) assert.ok(text.includes(part), part)
    for (const part of ['文', '1栋', '1380571']) assert.ok(!text.includes(part), `tells ${part}`)
    await assertAccessible(p.page)
    await shot(p.page, `receipt-proof-${theme}`)
    await cashier.api.post(at(`/receipts/${r.id}/void`), { reason: '收款方式选错' })
    await p.page.reload()
    await p.page.getByText('这张收据已作废').waitFor()
    await assertAccessible(p.page)
    await shot(p.page, `receipt-proof-void-${theme}`)
    await p.close()
  })
}

test('[F6] a code that nobody has printed proves nothing, however one tries', async () => {
  const link = await codeOn((await pay(1)).id, '80')
  const token = link.split('/').at(-1)
  const p = await browser.page({ origin: linli.origin, size: PHONE })
  p.expect(/404/)
  await p.page.goto(`/pay/r/${token.slice(0, -2)}AA`)
  await p.page.getByText('查不到这张收据').waitFor()
  await assertAccessible(p.page)
  await p.close()
  const tries = []
  for (let n = 0; n < 40; n++) tries.push((await fetch(`${linli.origin}/api/v1/receipt-proofs/${token.slice(0, 22)}${String(n).padStart(22, '0')}`)).status)
  assert.equal(tries[0], 404)
  assert.equal(tries.at(-1), 429)
})
