// Who works here and what each may do: accounts, roles on one project, lockout,
// sessions that end at once, and the log of it all.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, one, two

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  one = await seed.project(boss, '翠湖花园')
  two = await seed.project(boss, '云栖公寓', 'apartment')
  await seed.rooms(boss, one, [{ building: '1', room: '101', area: 89.3, owner: '陈建国', phone: '13805715678' }])
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const menuOf = (page) => page.getByRole('navigation', { name: '主菜单' }).getByRole('link').evaluateAll((all) => all.map((a) => a.title || a.textContent.trim()).filter((t) => !t.includes('首页')))
const unauthorized = /401 \(Unauthorized\)/

async function login(who, password) {
  const p = await browser.page({ origin: linli.origin })
  p.expect(unauthorized)
  await p.page.goto('/login')
  await p.page.getByLabel('登录名').fill(who)
  await p.page.getByLabel('密码', { exact: true }).fill(password)
  await p.page.getByRole('button', { name: '登录', exact: true }).click()
  return p
}

/** What the administrator has chosen is replaced before anything else. */
async function replacePassword(page, given, own, { look = false } = {}) {
  await page.getByRole('heading', { name: '换成自己的密码' }).waitFor()
  await page.getByLabel('现在的密码').fill(given)
  await page.getByLabel('新密码', { exact: true }).fill(given)
  await page.getByLabel('再输一次新密码').fill(given)
  if (look) {
    await page.getByRole('button', { name: '改成新密码' }).click()
    await page.getByText('新密码要和原来的不一样').first().waitFor()
    await assertAccessible(page)
    await shot(page, 'password-given')
  }
  await page.getByLabel('新密码', { exact: true }).fill(own)
  await page.getByLabel('再输一次新密码').fill(own)
  await page.getByRole('button', { name: '改成新密码' }).click()
  await page.waitForURL((u) => u.pathname !== '/due')
}

test('[P1][P3] the administrator makes an account with a role on one project, and it works there only', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto('/accounts')
  await p.page.getByRole('button', { name: '新建账号' }).click()
  const form = p.page.getByRole('dialog', { name: '新建员工账号' })
  await form.getByLabel('姓名').fill('李雪梅')
  await form.getByLabel('登录名').fill('lixuemei')
  await form.getByLabel('初始密码').fill('12345678')
  await form.getByRole('button', { name: '建立账号 李雪梅' }).click()
  await form.getByText(/密码至少/).first().waitFor()
  await form.getByLabel('初始密码').fill('Guanjia-2026-ok')
  await form.getByLabel('角色', { exact: true }).selectOption('收费员')
  await form.getByLabel('在哪个项目').selectOption('翠湖花园')
  await form.getByText('收费员可以').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'account-new')
  await form.getByRole('button', { name: '建立账号 李雪梅' }).click()
  await form.waitFor({ state: 'hidden' })
  await p.page.getByRole('row', { name: /李雪梅/ }).filter({ hasText: '收费员（翠湖花园）' }).waitFor()
  await p.close()

  const q = await login('lixuemei', 'Guanjia-2026-ok')
  q.expect(/422 .*\/session\/password/)
  await replacePassword(q.page, 'Guanjia-2026-ok', 'Ziji-2026-mima', { look: true })
  await q.page.waitForURL(new RegExp(`/p/${one}/`))
  await q.page.getByText('李雪梅').first().waitFor()
  await q.settled()
  assert.equal(await q.page.getByRole('button', { name: '切换项目' }).count(), 0, 'one project, nothing to switch')
  q.expect(/403|404/)
  await q.page.goto(`/p/${two}/counter`)
  await q.page.getByText('没有找到这个项目').first().waitFor()
  await q.close()
})

// What a role's work needs; what it must not see is in closed.
const sees = {
  cashier: ['工作台', '收银台', '收据', '交班', '费用明细', '住户查询', '房态图'],
  clerk: ['工作台', '收据', '费用明细', '住户查询', '房态图', '住户名册', '导入'],
  accountant: ['工作台', '收据', '出账审核', '费用明细', '费用项目', '班次', '操作日志'],
  manager: ['工作台', '收银设置', '收据', '出账审核', '费用明细', '优惠减免', '住户名册', '导入', '操作日志'],
}
const closed = { 收银台: 'counter', 交班: 'shift', 收银设置: 'counter-setting', 导入: 'imports', 操作日志: 'audit', 全部项目: '/projects', 员工账号: '/accounts', 公司操作日志: '/audit' }

for (const [role, wanted] of Object.entries(sees)) {
  test(`[P3] the menu of the ${role} shows what that role may do, and other addresses are refused`, async () => {
    const who = await seed.staff(boss, linli.origin, `one_${role}`, '孙敏', role, one)
    const p = await seed.pageOf(browser, linli.origin, who.api)
    await p.page.goto('/')
    await p.page.waitForURL(/\/home$/)
    await p.page.getByRole('heading', { level: 1 }).waitFor()
    await eventually(async () => {
      const shown = await menuOf(p.page)
      assert.deepEqual(wanted.filter((title) => !shown.includes(title)), [], 'missing in the menu')
      assert.deepEqual(shown.filter((title) => title in closed && !wanted.includes(title)), [], 'not for this role')
    })
    for (const [title, path] of Object.entries(closed)) {
      if (wanted.includes(title)) continue
      await p.page.goto(path.startsWith('/') ? path : `/p/${one}/${path}`)
      await p.page.getByRole('heading', { level: 1, name: '您没有打开这个页面的权限' }).waitFor()
    }
    // The buttons of others are not there either; the API refuses what the page does not offer.
    await p.page.goto(`/p/${one}/items`)
    await p.page.getByRole('heading', { level: 1, name: '费用项目' }).waitFor()
    await p.settled()
    assert.equal(await p.page.getByRole('button', { name: '新建费用项目' }).count() > 0, role === 'accountant')
    await who.api.get('/accounts', { status: 403 })
    await who.api.get(`/projects/${two}/rooms`, { status: 404 })
    if (role !== 'accountant') await who.api.post(`/projects/${one}/runs`, { month: seed.month() }, { status: 403 })
    await p.close()
  })
}

test('[P1] five wrong passwords lock the account, the right one too, until the administrator resets it', async () => {
  const who = await seed.staff(boss, linli.origin, 'wanghong', '王红', 'clerk', one)
  const p = await browser.page({ origin: linli.origin })
  p.expect(/status of 4(01|29)/)
  await p.page.goto('/login')
  await p.page.getByLabel('登录名').fill('wanghong')
  const attempt = async (password) => {
    await p.page.getByLabel('密码', { exact: true }).fill(password)
    await Promise.all([p.page.waitForResponse((r) => r.url().endsWith('/session') && r.request().method() === 'POST'), p.page.getByRole('button', { name: '登录', exact: true }).click()])
  }
  await attempt('Wrong-2026-pw0')
  await p.page.getByText(/密码不对，还可试 4 次/).waitFor()
  for (let n = 1; n < 5; n++) await attempt(`Wrong-2026-pw${n}`)
  await attempt(who.password)
  await p.page.getByText(/连续输错 5 次，请 15 分钟后再试/).waitFor()
  await assertAccessible(p.page)

  const b = await seed.pageOf(browser, linli.origin, boss)
  await b.page.goto('/accounts')
  await b.page.getByRole('row', { name: /王红/ }).getByRole('button', { name: '修改' }).click()
  await b.page.getByRole('dialog', { name: '王红的账号' }).getByRole('button', { name: '重置密码' }).click()
  const dialog = b.page.getByRole('dialog', { name: '重置 王红 的密码？' })
  await dialog.getByLabel('新密码').fill('Xinmima-2026-ok')
  await dialog.getByRole('button', { name: '重置密码' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await b.close()
  await attempt('Xinmima-2026-ok')
  await replacePassword(p.page, 'Xinmima-2026-ok', 'Ziji-2026-mima')
  await p.page.waitForURL(/\/p\//)
  await p.close()
})

test('[P1][P3] a session ends at once in the other browser: dismissal, another role, another password', async () => {
  const b = await seed.pageOf(browser, linli.origin, boss)
  const ended = async (q) => {
    await q.page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '楼栋与房屋' }).click()
    await q.page.getByRole('dialog', { name: '登录已过期，请重新登录' }).waitFor()
    await q.page.reload()
    await q.page.waitForURL(/\/login/)
    await q.close()
  }
  const work = async (login, name) => {
    const who = await seed.staff(boss, linli.origin, login, name, 'clerk', one)
    const q = await seed.pageOf(browser, linli.origin, who.api)
    q.expect(unauthorized)
    await q.page.goto(`/p/${one}/home`)
    await q.page.getByText(name).first().waitFor()
    await b.page.goto('/accounts')
    await b.page.getByRole('row', { name: new RegExp(name) }).getByRole('button', { name: '修改' }).click()
    return { q, who, form: b.page.getByRole('dialog', { name: `${name}的账号` }) }
  }

  const gone = await work('zhaomin', '赵敏')
  await gone.form.getByRole('button', { name: '停用账号' }).click()
  const sure = b.page.getByRole('dialog', { name: '停用 赵敏 的账号？' })
  await sure.getByRole('button', { name: '停用账号' }).click()
  await sure.waitFor({ state: 'hidden' })
  await ended(gone.q)
  const back = await login('zhaomin', gone.who.password)
  await back.page.getByText(/停用|密码不对/).first().waitFor()
  await back.close()

  const other = await work('qianjun', '钱军')
  await other.form.getByLabel('角色', { exact: true }).selectOption('收费员')
  await other.form.getByText(/保存后 钱军 的登录会结束/).waitFor()
  await other.form.getByRole('button', { name: '保存账号' }).click()
  await other.form.waitFor({ state: 'hidden' })
  await ended(other.q)
  await b.close()

  // The own password: this browser stays, the other one ends.
  const me = await seed.staff(boss, linli.origin, 'fengjie', '冯洁', 'clerk', one)
  const far = await seed.pageOf(browser, linli.origin, me.api)
  far.expect(unauthorized)
  await far.page.goto(`/p/${one}/home`)
  await far.page.getByText('冯洁').first().waitFor()
  const near = await login('fengjie', me.password)
  await near.page.waitForURL(/\/p\//)
  await near.page.getByRole('button', { name: '我的账号' }).or(near.page.getByRole('button', { name: /冯洁/ })).first().click()
  await near.page.getByRole('menuitem', { name: '修改密码' }).click()
  const form = near.page.getByRole('dialog', { name: '修改我的密码' })
  await form.getByLabel('现在的密码').fill(me.password)
  await form.getByLabel('新密码', { exact: true }).fill('Gaiguole-2026-ok')
  await form.getByLabel('再输一次新密码').fill('Gaiguole-2026-ok')
  await form.getByRole('button', { name: '改成新密码' }).click()
  await form.getByText(/密码已改/).waitFor()
  await form.getByRole('button', { name: '关闭' }).last().click()
  await ended(far)
  await near.page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '楼栋与房屋' }).click()
  await near.page.getByRole('heading', { level: 1, name: '楼栋与房屋' }).waitFor()
  await near.close()
})

test('[P1] a session that ends over a half-filled form covers the page; the same person signs in again and nothing is lost', async () => {
  const who = await seed.staff(boss, linli.origin, 'tangli', '唐丽', 'clerk', one)
  const q = await seed.pageOf(browser, linli.origin, who.api)
  q.expect(unauthorized)
  await q.page.goto(`/p/${one}/rooms`)
  await q.settled()
  await q.page.getByRole('button', { name: '新建楼栋' }).first().click()
  const form = q.page.getByRole('dialog', { name: '新建楼栋' })
  await form.getByLabel('楼栋名称').fill('会所')
  await who.api.delete('/session')
  await form.getByRole('button', { name: '建立楼栋 会所' }).click()
  const cover = q.page.getByRole('dialog', { name: '登录已过期，请重新登录' })
  await cover.getByText(/唐丽，输入密码就回到刚才的页面/).waitFor()
  await q.page.keyboard.press('Escape')
  await cover.getByLabel('密码', { exact: true }).fill('Wrong-2026-pw')
  await q.page.keyboard.press('Enter')
  await cover.getByText(/密码不对/).waitFor()
  await assertAccessible(q.page)
  await shot(q.page, 'session-over')
  await cover.getByLabel('密码', { exact: true }).fill(who.password)
  await q.page.keyboard.press('Enter')
  await cover.waitFor({ state: 'hidden' })
  assert.equal(await form.getByLabel('楼栋名称').inputValue(), '会所')
  await form.getByRole('button', { name: '建立楼栋 会所' }).click()
  await form.waitFor({ state: 'hidden' })
  await q.page.getByText('会所').first().waitFor()
  await q.close()
})

test('[P1] 保持登录 outlives the browser, and signing out ends it', async () => {
  const who = await seed.staff(boss, linli.origin, 'chenxi', '陈曦', 'clerk', one)
  const p = await browser.page({ origin: linli.origin })
  p.expect(unauthorized)
  for (const remember of [false, true]) {
    await p.page.goto('/login')
    await p.page.getByLabel('登录名').fill('chenxi')
    await p.page.getByLabel('密码', { exact: true }).fill(who.password)
    await p.page.getByLabel('在这台电脑上保持登录').setChecked(remember)
    await p.page.getByRole('button', { name: '登录', exact: true }).click()
    await p.page.waitForURL(/\/p\//)
    const cookie = (await p.context.cookies()).find((c) => c.name === 'linli_session')
    assert.equal(cookie.expires > 0, remember, 'without it the cookie goes with the browser')
    await p.page.getByRole('button', { name: /陈曦/ }).click()
    await p.page.getByRole('menuitem', { name: '退出登录' }).click()
    await p.page.waitForURL(/\/login/)
    await p.page.goto(`/p/${one}/home`)
    await p.page.waitForURL(/\/login/)
  }
  await p.close()
})

test('[P3] the log shows each change with before and after, and refusals', async () => {
  const room = (await boss.get(`/projects/${one}/rooms?limit=1`)).body.items[0]
  await boss.patch(`/projects/${one}/rooms/${room.id}`, { area: 9150, version: room.version })
  const clerk = await seed.staff(boss, linli.origin, 'heliu', '何柳', 'clerk', one)
  await clerk.api.get(`/projects/${one}/audit`, { status: 403 })

  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${one}/audit`)
  const row = p.page.getByRole('row', { name: /1栋1单元101/ }).filter({ hasText: '周岚' }).first()
  await row.getByRole('button', { name: '前后对比' }).click()
  const entry = p.page.getByRole('dialog', { name: /日志第/ })
  const line = entry.getByRole('table', { name: '改了什么' }).getByRole('row', { name: /建筑面积/ })
  await eventually(async () => assert.match(await line.innerText(), /89\.3.*91\.5/s))
  await assertAccessible(p.page)
  await p.page.keyboard.press('Escape')
  await entry.waitFor({ state: 'hidden' })
  await p.page.getByLabel('对象').selectOption('被拒绝的请求')
  await p.page.getByRole('row', { name: /何柳/ }).first().waitFor()
  await shot(p.page, 'audit')

  await p.page.goto('/audit')
  const grants = p.page.getByRole('row', { name: /钱军/ }).filter({ hasText: /角色/ }).first()
  await grants.getByRole('button', { name: '前后对比' }).click()
  const change = p.page.getByRole('dialog', { name: /日志第/ }).getByRole('table', { name: '改了什么' })
  await eventually(async () => assert.match(await change.innerText(), /(前台客服|clerk)[\s\S]*(收费员|cashier)/))
  await p.close()
})
