// Every list leaves as a table: what a page shows is what its file has, row by row.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { openBrowser, shot } from '../lib/browser.mjs'
import { startDemo } from '../lib/demo.mjs'
import * as seed from '../lib/seed.mjs'
import { cells } from '../lib/xlsx.mjs'

let demo, browser, who, project

before(async () => {
  demo = await startDemo()
  ;({ who, project } = demo)
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

const get = async (path) => (await who.admin.get(path)).body
async function all(path, query = '') {
  const rows = []
  for (let cursor = ''; ;) {
    const one = await get(`${path}?limit=200${query}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`)
    rows.push(...one.items)
    if (!one.next) return rows
    cursor = one.next
  }
}
async function taken(page) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^导出/ }).first().click()])
  return { name: file.suggestedFilename(), rows: cells(readFileSync(await file.path())) }
}
const yuan = (fen) => String(fen / 100)

/** What the demo has nothing of. */
async function more() {
  const at = `/projects/${project}`
  const [room] = await all(`${at}/rooms`)
  await who.admin.post(`${at}/corrections`, { kind: 'room', subject_id: room.id, field: 'state', new_value: room.state === 'rented' ? 'vacant' : 'rented', asked_by: '业主本人', way: 'phone', reason: '=已出租' })
  const late = (await all(`${at}/charges`, '&state=overdue'))[0]
  await who.admin.put(`${at}/dunning/setting`, { ...(await get(`${at}/dunning/setting`)), contact: '翠湖花园服务中心 0571-85712345' })
  await who.admin.post(`${at}/dunning/letters`, { room_ids: [late.room_id], kind: 'remind' })
  await who.admin.post(`${at}/waivers`, { kind: 'charge', lines: [{ charge_id: late.charge_id ?? late.id, amount: 100 }], reason: '楼道停电三天' })
}

test('[P9] every list of the office leaves as a table with the rows of its page', async () => {
  await more()
  const at = `/projects/${project}`
  const day = seed.today() // the whole book is long and would wait in the download centre
  const lists = [
    { page: 'shifts', api: '/shifts', name: '班次', has: (s) => [s.cashier_name] },
    { page: 'dunning/letters?state=all', api: '/dunning/letters', name: '催缴单', has: (l) => [l.number, l.room_label, '提醒', yuan(l.principal)] },
    { page: 'waivers', api: '/waivers', query: '&state=asked', name: '减免', has: (w) => [w.room_label, yuan(w.amount), w.reason] },
    { page: 'messages', api: '/messages', name: '消息', has: (m) => [m.room_label, m.person_name, m.address_mask] },
    { page: 'corrections', api: '/corrections', query: '&state=open', name: '更正申请', has: (c) => [c.label, c.asked_by, '房屋状态', c.reason] },
    { page: 'items', api: '/items', name: '费用项目', has: (i) => [i.name, i.price_unit] },
    { page: 'runs', api: '/runs', name: '出账记录', has: (r) => [r.month, yuan(r.amount)] },
    { page: `reports/postings?from=${day}`, api: '/reports/postings', query: `&from=${day}`, name: '记账明细', has: (p) => [p.date, yuan(p.amount)] },
    { page: 'readings', api: '/reading-sheet', query: '&kind=water', name: '抄表', has: (r) => [r.meter.label, r.meter.number] },
    { page: 'shared-costs', api: '/shared-costs', name: '公摊单', has: (c) => [c.item_name, c.month, yuan(c.total)] },
    { page: 'refund-candidates', api: '/refund-candidates', query: '&state=open', name: '待退款', has: (c) => [yuan(c.amount)] },
  ]
  const p = await seed.pageOf(browser, demo.origin, who.admin)
  for (const list of lists) {
    await p.page.goto(`/p/${project}/${list.page}`)
    await p.settled()
    const file = await taken(p.page).catch((e) => assert.fail(`${list.page}: ${e.message}`))
    assert.match(file.name, new RegExp(`^${list.name} \\d{4}-\\d\\d-\\d\\d\\.xlsx$`))
    const rows = await all(at + list.api, list.query)
    assert.equal(file.rows.length - 1, rows.length, `${list.page}: rows of the file`)
    const first = rows[0]
    if (first) for (const want of list.has(first)) assert.ok(file.rows[1].includes(want), `${list.page}: ${want} is not in ${file.rows[1].join('|')}`)
    assert.ok(!file.rows.flat().some((text) => /undefined|\[object|^null$/.test(text)), `${list.page} has words of programs`)
  }
  await shot(p.page, 'lists')
  await p.close()
})

test('[P3] the accounts of the company leave as a table, one row for each role, and the log keeps it', async () => {
  const p = await seed.pageOf(browser, demo.origin, who.admin)
  await p.page.goto('/accounts')
  await p.settled()
  const file = await taken(p.page)
  const accounts = await all('/accounts', '&state=active')
  assert.equal(file.rows.length - 1, accounts.reduce((n, a) => n + Math.max(1, a.grants.length), 0))
  assert.ok(file.rows.some((r) => r[3] === '收费员' && r[4] === '翠湖花园'), file.rows.map((r) => r.join('|')).join('\n'))
  await p.page.getByText('已导出 员工账号').waitFor()
  assert.ok((await get('/audit?action=identity.exported')).items.some((e) => e.summary === `导出员工账号 ${accounts.length} 个`))
  // Who works in one project, and as what.
  await p.page.getByLabel('角色').selectOption({ label: '收费员' })
  await p.page.getByLabel('项目', { exact: true }).selectOption({ label: '翠湖花园' })
  await p.page.waitForURL(/project=/)
  await p.settled()
  const cashiers = accounts.filter((a) => a.grants.some((g) => g.role === 'cashier' && [null, project].includes(g.project_id)))
  assert.equal(await p.page.getByRole('table').getByRole('row').count() - 1, cashiers.length)
  await p.close()
})
