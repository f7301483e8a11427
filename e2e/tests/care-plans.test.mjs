// Visits that tags drive 关怀走访: a tag is put on somebody, a plan makes his visit
// due, the home page says so, and a visit that found all well takes it away.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, clerk, cashier, one, rooms

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  one = await seed.project(boss, '翠湖花园')
  rooms = await seed.rooms(boss, one, [
    { building: '1', room: '101', area: 89.3, owner: '吴桂珍', phone: '13805715678' },
    { building: '1', room: '102', area: 89.3, owner: '林晓峰', phone: '13805715679' },
    { building: '2', room: '201', area: 89.3, owner: '郑守义', phone: '13805715680' },
  ])
  clerk = (await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'clerk', one)).api
  cashier = (await seed.staff(boss, linli.origin, 'wangmin', '王敏', 'cashier', one)).api
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${one}${path}`
const later = (days) => new Date(Date.parse(`${seed.today()}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
const roomOf = (label) => Object.entries(rooms).find(([k]) => k.includes(label))[1]
/** Whoever waits, as “2栋1单元201 郑守义”. */
const due = async () => (await clerk.get(at('/care-due?limit=50'))).body.items.map((d) => `${d.room_label} ${d.name}`)

test('[B5] a tag drives visits: a plan is made, who bears the tag is due on the home page, and a visit takes him off the list', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${one}/care-due`)
  await p.page.getByText('还没有进行中的关怀计划').waitFor()
  await shot(p.page, 'care-first')
  // The tag, made and put on two people at once.
  await p.page.goto(`/p/${one}/people`)
  await p.page.getByRole('button', { name: '标签', exact: true }).click()
  const drawer = p.page.getByRole('dialog', { name: '标签' })
  await drawer.getByLabel('新标签').fill('独居老人')
  await drawer.getByRole('button', { name: '新建标签 独居老人' }).click()
  await drawer.getByText('0 人').waitFor()
  await p.page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
  await p.page.getByRole('checkbox', { name: /吴桂珍/ }).check()
  await p.page.getByRole('checkbox', { name: /郑守义/ }).check()
  const bulk = p.page.getByRole('region', { name: /已选/ })
  await bulk.getByLabel('标签').selectOption('独居老人')
  await bulk.getByRole('button', { name: '贴上' }).click()
  await bulk.getByText('已给 2 人贴上').waitFor()
  assert.deepEqual(await due(), [], 'a tag alone drives nothing')
  // The plan.
  await p.page.goto(`/p/${one}/care-due`)
  await p.page.getByRole('link', { name: '去建关怀计划' }).click()
  await p.page.getByRole('button', { name: '新建关怀计划' }).first().click()
  const form = p.page.getByRole('dialog', { name: '新建关怀计划' })
  await form.getByRole('button', { name: '新建计划' }).click()
  await form.getByText('请选标签').waitFor()
  await form.getByLabel('名称').fill('独居老人探访')
  await form.getByLabel('哪个标签的住户').selectOption({ label: '独居老人（住户）' })
  await form.getByLabel('每几天走访一次').fill('0')
  await form.getByLabel('走访时做什么').fill('看看身体和用电用气')
  await form.getByText('请填 1–366 之间的整天数').waitFor()
  await form.getByLabel('每几天走访一次').fill('30')
  await assertAccessible(p.page)
  await p.settled()
  await shot(p.page, 'care-plan-form')
  await form.getByRole('button', { name: '新建“独居老人探访”' }).click()
  await form.waitFor({ state: 'hidden' })
  await p.page.getByRole('row', { name: /独居老人探访.*独居老人.*每 30 天.*进行中/ }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'care-plans')
  await p.close()

  // The front desk sees it at home, goes there and records a visit.
  const d = await seed.pageOf(browser, linli.origin, clerk)
  await d.page.goto(`/p/${one}`)
  const todo = d.page.locator('.card').filter({ has: d.page.getByRole('heading', { level: 2, name: '等你处理' }) })
  const line = todo.getByRole('link', { name: /到期走访\s*2/ })
  await line.waitFor()
  await shot(d.page, 'care-home')
  await line.click()
  await d.page.getByText('共 2 条，2 户').waitFor()
  const row = d.page.getByRole('row', { name: /吴桂珍/ })
  await row.getByText('138****5678').waitFor()
  await row.getByText('今天').waitFor()
  await assertAccessible(d.page)
  await d.settled()
  await shot(d.page, 'care-due', { keep: 'guide/pages/care-due' })
  await row.getByRole('button', { name: /登记走访/ }).click()
  const visit = d.page.getByRole('dialog', { name: /登记走访：1栋.*吴桂珍/ })
  await visit.getByText('看看身体和用电用气').waitFor()
  await visit.getByRole('radio', { name: '没见到人' }).click()
  await visit.getByRole('button', { name: `登记：没见到人，下次 ${later(1)}` }).waitFor()
  await visit.getByRole('radio', { name: '一切正常' }).click()
  await visit.getByLabel('情况').fill('血压正常，想换个灯泡')
  await assertAccessible(d.page)
  await d.settled()
  await shot(d.page, 'care-visit')
  await visit.getByRole('button', { name: `登记：一切正常，下次 ${later(30)}` }).click()
  await visit.waitFor({ state: 'hidden' })
  await d.page.getByText(`吴桂珍 的走访，下次 ${later(30)}`).waitFor()
  await row.waitFor({ state: 'detached' })
  assert.deepEqual(await due(), ['2栋1单元201 郑守义'])
  await d.page.goto(`/p/${one}`)
  await todo.getByRole('link', { name: /到期走访\s*1/ }).waitFor()
  // What was found stands on the page of the household.
  await d.page.goto(`/p/${one}/households/${roomOf('101')}`)
  const card = d.page.getByRole('region', { name: '最近走访' })
  await card.getByText('一切正常，血压正常，想换个灯泡').waitFor()
  await shot(d.page, 'care-household')
  await d.close()
})

test('[B5] what is to be followed up stays until all is well, a wrong visit is withdrawn, and who moves out is visited no more', async () => {
  const d = await seed.pageOf(browser, linli.origin, clerk)
  await d.page.goto(`/p/${one}/care-due`)
  const row = d.page.getByRole('row', { name: /郑守义/ })
  await row.getByRole('button', { name: /登记走访/ }).click()
  const visit = d.page.getByRole('dialog', { name: /登记走访：2栋/ })
  await visit.getByRole('radio', { name: '需要跟进' }).click()
  await visit.getByRole('button', { name: /^登记：需要跟进/ }).click()
  await visit.getByText('请写明要跟进什么').waitFor()
  await visit.getByLabel('情况').fill('煤气灶打不着火')
  await visit.getByRole('button', { name: /^登记：需要跟进/ }).click()
  await visit.waitFor({ state: 'hidden' })
  await row.getByText('煤气灶打不着火').waitFor()
  await row.getByText('需要跟进', { exact: true }).waitFor()
  await shot(d.page, 'care-follow')
  await row.getByRole('button', { name: /登记走访/ }).click()
  await visit.getByText('煤气灶打不着火').waitFor()
  await visit.getByRole('button', { name: /^登记：一切正常/ }).click()
  await visit.waitFor({ state: 'hidden' })
  await d.page.getByText('现在没有该走访的住户').waitFor()
  await shot(d.page, 'care-none')
  // It was another household.
  await d.page.getByRole('link', { name: '走访记录' }).click()
  const wrong = d.page.getByRole('row', { name: /郑守义.*一切正常/ })
  await assertAccessible(d.page)
  await d.settled()
  await shot(d.page, 'care-visits')
  await wrong.getByRole('button', { name: /^撤回/ }).click()
  const ask = d.page.getByRole('dialog', { name: /撤回 .*郑守义 的走访？/ })
  await ask.getByRole('button', { name: '记错了户' }).click()
  await ask.getByRole('button', { name: '撤回', exact: true }).click()
  await ask.waitFor({ state: 'hidden' })
  await wrong.getByText('已撤回：记错了户').waitFor()
  assert.deepEqual(await due(), ['2栋1单元201 郑守义'])
  // He moves out.
  const { items } = (await boss.get(at(`/rooms/${roomOf('201')}/occupants`))).body
  await boss.post(at(`/occupants/${items[0].id}/end`), {})
  assert.deepEqual(await due(), [])
  await d.page.getByRole('link', { name: '到期走访' }).click()
  await d.page.getByLabel('看哪些').selectOption('计划里全部')
  await d.page.getByRole('row', { name: /吴桂珍.*没到日子/ }).waitFor()
  assert.equal(await d.page.getByRole('row', { name: /郑守义/ }).count(), 0)
  await d.close()
})

test('[B5] who has not the right learns of nobody, and an ended plan asks for nothing', async () => {
  const c = await seed.pageOf(browser, linli.origin, cashier)
  await c.page.goto(`/p/${one}/households/${roomOf('101')}`)
  await c.page.getByText('吴桂珍').first().waitFor()
  assert.equal(await c.page.getByText('最近走访').count(), 0)
  assert.equal(await c.page.getByRole('link', { name: '关怀走访' }).count(), 0)
  for (const path of ['/care-due', '/care-visits', '/care-plans']) assert.equal((await cashier.get(at(path), { any: true })).status, 403, path)
  await c.close()
  const p = await seed.pageOf(browser, linli.origin, boss, { theme: 'dark' })
  await p.page.goto(`/p/${one}/care-plans`)
  const row = p.page.getByRole('row', { name: /独居老人探访/ })
  await row.getByRole('button', { name: '结束 独居老人探访' }).click()
  const ask = p.page.getByRole('dialog', { name: '结束关怀计划“独居老人探访”？' })
  await ask.getByRole('button', { name: '结束' }).click()
  await ask.waitFor({ state: 'hidden' })
  await row.getByText('已结束').waitFor()
  assert.deepEqual((await clerk.get(at('/care-due?when=all'))).body.items, [])
  await p.close()
})
