// What meters show becomes what households owe, and costs that many bear
// together are split to the fen and charged once.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, accountant, project, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, project, [
    { building: '1', room: '101', area: 89.5, owner: '陈建国', phone: '13805715678' },
    { building: '1', room: '502', area: 120.3, owner: '王秀英', phone: '13905711234' },
    { building: '2', room: '301', area: 150.2, owner: '李明', phone: '13705719876' },
  ])
  accountant = await seed.staff(boss, linli.origin, 'sunmin', '孙敏', 'accountant', project)
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`
async function open(who, path) {
  const p = await seed.pageOf(browser, linli.origin, who.api)
  await p.page.goto(`/p/${project}${path}`)
  return p
}
const field = (p, label) => p.page.getByRole('textbox', { name: `${label}本期读数` })
const row = (p, text) => p.page.getByRole('row', { name: text })

test('[F2] meters are hung, read one after the other with Enter, and the usage is charged by tier and explains itself', async () => {
  const last = seed.month(-1)
  const item = (await boss.post(at('/items'), { name: '水费', basis: 'metered', meter_kind: 'water', from_date: `${last}-01`, cycle: 'month', timing: 'arrears' })).body
  const price = await open(accountant, `/items/${item.id}`)
  await price.page.getByRole('button', { name: '新单价' }).first().click()
  const drawer = price.page.getByRole('dialog', { name: '水费：新单价' })
  await drawer.getByLabel('从哪天起执行').fill(`${last}-01`)
  await drawer.getByLabel('从哪天起执行').press('Enter')
  await drawer.getByLabel('单价（元/立方米）').fill('5')
  await drawer.getByText('阶梯', { exact: true }).click()
  for (const [label, value] of [['第 1 档累计到', '180'], ['第 2 档单价（元）', '7'], ['第 2 档累计到', '260'], ['第 3 档单价（元）', '9']]) await drawer.getByLabel(label).fill(value)
  await drawer.getByText('已与公布的价格核对').click()
  await drawer.getByLabel('文号或说明').fill('发改价格〔2026〕8 号')
  await drawer.getByRole('button', { name: /起执行/ }).click()
  await price.page.getByText('第 1 档到 180，第 2 档到 260 加 2.00 元').waitFor()
  await shot(price.page, 'tariff')
  await price.close()
  await boss.post(at(`/items/${item.id}/assignments`), { scope: 'project', from_date: `${last}-01` })

  const p = await open(accountant, `/readings?month=${last}`)
  await p.page.getByText('这类表还没有装').waitFor()
  await p.page.getByRole('button', { name: '装表' }).first().click()
  const form = p.page.getByRole('dialog', { name: '装表' })
  await form.getByLabel('装表日期').fill(`${last}-01`)
  await form.getByLabel('装表日期').press('Enter')
  await form.getByRole('button', { name: '装表' }).click()
  await p.page.getByText('水表 3 块，已抄 0 块').waitFor()

  await field(p, '1栋1单元101').fill('210')
  await field(p, '1栋1单元101').press('Enter')
  await p.page.getByText('水表 3 块，已抄 1 块').waitFor()
  await p.page.waitForFunction((name) => document.activeElement?.getAttribute('aria-label') === name, '1栋1单元502本期读数')
  await p.page.keyboard.type('abc')
  await p.page.keyboard.press('Enter')
  await p.page.getByText('读数只写数字，最多 4 位小数').waitFor()
  await field(p, '1栋1单元502').fill('30.5')
  await field(p, '1栋1单元502').press('Enter')
  await p.page.getByText('水表 3 块，已抄 2 块').waitFor()
  await row(p, /1栋1单元101/).getByText('已抄').waitFor()
  await shot(p.page, 'readings', { keep: 'guide/pages/readings' })
  await assertAccessible(p.page)
  await p.close()

  const run = await seed.draft(boss, project, seed.month())
  const looks = (await boss.get(at(`/runs/${run.id}/looks`))).body.items
  assert.deepEqual(looks.map((x) => [x.room_label, x.reason]), [['2栋1单元301', '本月还没有抄表']])
  await boss.post(at(`/runs/${run.id}/release`), { version: run.version })
  const lines = (await boss.get(at(`/runs/${run.id}/lines`))).body.items
  assert.deepEqual(lines.map((x) => [x.room_label, x.amount]).sort(), [['1栋1单元101', 111000], ['1栋1单元502', 15250]])
  const why = (await boss.get(at(`/charges/${lines.find((x) => x.amount === 111000).id}/explanation`))).body
  assert.match(why.lines.join('\n'), /0 → 210，用量 210[^]*第 1 档：180 × 5 元\n第 2 档：30 × 7 元[^]*发改价格〔2026〕8 号/)
})

test('[F2] a reading below the last is refused, one far above the usual waits until somebody confirms it, and what was charged stays', async () => {
  const p = await open(accountant, '/readings')
  p.expect(/409 \(Conflict\).*\/(readings|meter-setting)/)
  await p.page.getByRole('button', { name: '用量偏大的标准' }).click()
  const rule = p.page.getByRole('dialog', { name: '用量多大要待复核' })
  await rule.getByText('例如前 6 期平均每期用 10：本期用量超过 30（3 倍）就待复核，正好 30 不算。').waitFor()
  await rule.getByLabel('超过平均的几倍').fill('1')
  await rule.getByLabel('和前几期的平均比').fill('1')
  await rule.getByText('倍数要大于 1，最大 100，最多 4 位小数').waitFor()
  await rule.getByLabel('超过平均的几倍').fill('2')
  await boss.put(at('/meter-setting'), { factor: 4_0000, periods: 3, version: 0 })
  const keep = rule.getByRole('button', { name: '超过前 1 期平均 2 倍的待复核' })
  await keep.click()
  await rule.getByText('标准刚被别人改成：超过前 3 期平均的 4 倍。已写的还在，核对后再保存。').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'unusual')
  await keep.click()
  await rule.waitFor({ state: 'hidden' })
  const { factor, periods } = (await boss.get(at('/meter-setting'))).body
  assert.deepEqual([factor, periods], [2_0000, 1])
  await field(p, '1栋1单元101').fill('200')
  await field(p, '1栋1单元101').press('Enter')
  await p.page.getByText('本期读数 200 小于上期 210，请核对是否抄错或换表').waitFor()
  await field(p, '1栋1单元101').fill('800')
  await field(p, '1栋1单元101').press('Enter')
  await p.page.getByText('用量 590，前几期平均 210，请核对读数').waitFor()
  await p.page.getByText('待复核 1 块').waitFor()
  await row(p, /1栋1单元101/).getByRole('button', { name: '复核' }).click()
  const ask = p.page.getByRole('dialog', { name: '复核1栋1单元101的用量？' })
  await ask.getByRole('textbox').fill('已上门核对读数')
  await ask.getByRole('button', { name: '用量属实' }).click()
  await row(p, /1栋1单元101/).getByText('已复核').waitFor()
  await p.close()

  const q = await open(accountant, `/readings?month=${seed.month(-1)}`)
  await row(q, /1栋1单元101/).getByText('已出账').waitFor()
  assert.equal(await field(q, '1栋1单元101').isDisabled(), true)
  await q.close()
})

test('[F2] a shared cost is split by area to the fen, released once, and the same cost cannot be charged again', async () => {
  await boss.post(at('/items'), { name: '电梯电费', basis: 'shared', from_date: `${seed.month(-1)}-01`, cycle: 'month' })
  const p = await open(accountant, '/shared-costs')
  p.expect(/409 \(Conflict\).*\/release/)
  const create = async () => {
    await p.page.getByRole('button', { name: '新建公摊单' }).first().click()
    const form = p.page.getByRole('dialog', { name: '新建公摊单' })
    await form.getByLabel('总额', { exact: true }).last().fill('1000')
    await form.getByLabel('依据').fill('供电公司发票 0001')
    await form.getByRole('button', { name: '算出各户分摊' }).click()
    await form.waitFor({ state: 'hidden' })
  }
  await create()
  await row(p, /电梯电费/).getByText('待发布').waitFor()
  await row(p, /电梯电费/).getByRole('button', { name: '看各户' }).click()
  const parts = p.page.getByRole('dialog', { name: /分到各户/ })
  for (const amount of ['248.61', '334.17', '417.22']) await parts.getByText(amount, { exact: true }).waitFor()
  await p.page.keyboard.press('Escape')
  await parts.waitFor({ state: 'hidden' })
  await row(p, /电梯电费/).getByRole('button', { name: '发布' }).click()
  await p.page.getByRole('dialog', { name: /发布 .*电梯电费公摊？/ }).getByRole('button', { name: '发布 3 间房的应收' }).click()
  await row(p, /电梯电费/).getByText('已发布').waitFor()
  await shot(p.page, 'shared-costs', { keep: 'guide/pages/shared-costs' })
  await assertAccessible(p.page)

  await create()
  await row(p, /待发布/).getByRole('button', { name: '发布' }).click()
  const again = p.page.getByRole('dialog', { name: /发布 .*电梯电费公摊？/ })
  await again.getByRole('button', { name: '发布 3 间房的应收' }).click()
  await again.getByText('这些房屋本月的这项公摊已经分摊过，不能再收一次').waitFor()
  await p.close()

  const charges = (await boss.get(at('/charges?limit=200'))).body.items.filter((x) => x.item_name === '电梯电费')
  assert.deepEqual(charges.map((x) => x.amount).sort(), [24861, 33417, 41722])
  assert.ok(rooms['1栋1单元101'])
})

test('[F2] a meter is hung in one room with what its dial shows, put right until it is read, and not after', async () => {
  const last = seed.month(-1)
  const p = await open(accountant, `/readings?month=${last}&kind=electricity`)
  await p.page.getByText('这类表还没有装').waitFor()
  await p.page.getByRole('button', { name: '装表' }).first().click()
  const form = p.page.getByRole('dialog', { name: '装表' })
  await form.getByText('起始读数都记为 0').waitFor()
  await form.getByText('一间房一块').click()
  await form.getByRole('button', { name: '装表' }).click()
  await form.getByText('请选房屋').waitFor()
  await form.getByRole('combobox', { name: '房屋' }).fill('502')
  await p.page.getByRole('option', { name: '1栋1单元502' }).click()
  await form.getByLabel('时段').selectOption({ label: '峰' })
  await form.getByLabel('表号').fill('D-502')
  await form.getByLabel('起始读数').fill('1250')
  await form.getByLabel('倍率').fill('10')
  await form.getByLabel('装表日期').fill(`${last}-01`)
  await form.getByLabel('装表日期').press('Enter')
  await form.getByRole('button', { name: '装表' }).click()
  await p.page.getByText('电表 1 块，已抄 0 块').waitFor()
  await p.page.getByRole('link', { name: '1栋1单元502（峰）' }).click()
  await p.page.getByRole('button', { name: '改资料' }).click()
  const amend = p.page.getByRole('dialog', { name: /^改1栋1单元502/ })
  await amend.getByLabel('起始读数').fill('1260')
  await amend.getByRole('button', { name: '保存' }).click()
  await amend.waitFor({ state: 'hidden' })
  await p.page.getByText('1,260', { exact: true }).waitFor()
  await p.settled()
  await shot(p.page, 'meter-amended')
  await p.page.goto(`/p/${project}/readings?month=${last}&kind=electricity`)
  await field(p, '1栋1单元502（峰）').fill('1263')
  await field(p, '1栋1单元502（峰）').press('Enter')
  await p.page.locator('[data-usage]').getByText('30', { exact: true }).waitFor()
  await p.page.getByRole('link', { name: '1栋1单元502（峰）' }).click()
  await p.page.getByRole('button', { name: '改资料' }).click()
  const later = p.page.getByRole('dialog', { name: /^改1栋1单元502/ })
  await later.getByLabel('表号').waitFor()
  assert.equal(await later.getByLabel('起始读数').count(), 0, 'what decides usage is fixed once it was read')
  await p.close()
})
