// Roles of own making, the second factor, login rules and notices: what an
// administrator sets up, and how the others feel it.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, project

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  await seed.rooms(boss, project, [{ building: '1', room: '101', area: 89.3, owner: '陈建国', phone: '13805715678' }])
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

/** What an authenticator app shows (RFC 6238) for a base32 secret. */
function code(secret, at = Date.now()) {
  const bits = [...secret.replace(/=+$/, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const mac = createHmac('sha1', key).update(step).digest()
  const place = mac[19] & 15
  return String((mac.readUInt32BE(place) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** Six digits that the app shows neither now nor a minute before or after. */
function wrongCode(secret) {
  const right = [-2, -1, 0, 1, 2].map((n) => code(secret, Date.now() + n * 30_000))
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((c) => !right.includes(c))
}

test('[P3] a role of own making: composed from rights, granted, changed under an open session, retired', async () => {
  const b = await seed.pageOf(browser, linli.origin, boss)
  await b.page.goto('/roles')
  await b.page.getByRole('row', { name: /收费员/ }).getByRole('button', { name: '复制' }).click()
  const make = b.page.getByRole('dialog', { name: '新建角色' })
  await make.getByRole('checkbox', { name: /收款/ }).first().waitFor()
  await make.getByLabel('角色名称').fill('夜班收费员')
  await make.getByRole('checkbox', { name: /作废收据/ }).uncheck()
  // What a right cannot be used without is named beside it, and ticked with one click.
  await make.getByRole('checkbox', { name: /^看收据/ }).uncheck()
  await make.getByText('还要“看收据”，页面才打得开').first().waitFor()
  await make.getByRole('button', { name: '收款：一起勾上', exact: true }).click()
  await make.getByText('还要“看收据”，页面才打得开').first().waitFor({ state: 'detached' })
  assert.ok(await make.getByRole('checkbox', { name: /^看收据/ }).isChecked())
  await assertAccessible(b.page)
  await shot(b.page, 'role-new')
  // What is scrolled away ends at a line below the title and at one above the buttons, not in them.
  const gap = await make.locator('.el-drawer__body').evaluate((body) => {
    body.scrollTop = 333
    return body.getBoundingClientRect().top - body.parentElement.querySelector('.el-drawer__title').getBoundingClientRect().bottom
  })
  assert.ok(gap >= 8, `${gap} px between the title and what is scrolled`)
  const line = await make.locator('.el-drawer__footer').evaluate((foot) => getComputedStyle(foot).borderTopWidth)
  assert.equal(line, '1px', 'the line above the buttons')
  await shot(b.page, 'role-scrolled')
  await make.getByRole('button', { name: '建立角色 夜班收费员' }).click()
  await make.waitFor({ state: 'hidden' })
  const row = b.page.getByRole('row', { name: /夜班收费员/ })
  await row.getByText('自建').waitFor()
  await shot(b.page, 'roles', { keep: 'guide/pages/roles' })

  const own = (await boss.get('/roles')).body.items.find((r) => r.role_name === '夜班收费员')
  const who = await seed.staff(boss, linli.origin, 'yeban', '吴勇', own.role, project)
  const p = await seed.pageOf(browser, linli.origin, who.api)
  await p.page.goto(`/p/${project}/counter`)
  await p.page.getByText('夜班收费员').first().waitFor()
  await who.api.get(`/projects/${project}/charges`)
  await p.close()

  // What is taken away is gone with the next request; the refusal says who has it.
  await b.page.reload()
  await row.getByRole('button', { name: '修改' }).click()
  const edit = b.page.getByRole('dialog', { name: '角色“夜班收费员”' })
  await edit.getByText('看费用', { exact: true }).waitFor()
  await edit.getByRole('checkbox', { name: /^看费用/ }).uncheck()
  await edit.getByText(/1 人正在用这个角色/).waitFor()
  await edit.getByRole('button', { name: '保存角色' }).click()
  await edit.waitFor({ state: 'hidden' })
  const refused = await who.api.get(`/projects/${project}/charges`, { status: 403 })
  assert.match(refused.body.detail, /您没有“看费用”的权限，可请周岚（系统管理员）处理/)

  // In use it stays, unused it goes.
  await row.getByRole('button', { name: '修改' }).click()
  await edit.getByRole('button', { name: '停用角色' }).click()
  const sure = b.page.getByRole('dialog', { name: '停用角色“夜班收费员”？' })
  b.expect(/409/)
  await sure.getByRole('button', { name: '停用角色' }).click()
  await sure.getByText(/还有 1 人在用角色/).waitFor()
  await boss.post(`/accounts/${who.id}/dismiss`, {})
  await sure.getByRole('button', { name: '停用角色' }).click()
  await sure.waitFor({ state: 'hidden' })
  await row.getByText('已停用').waitFor()

  await b.page.goto('/audit')
  await b.page.getByRole('row', { name: /修改角色 夜班收费员/ }).getByRole('button', { name: '前后对比' }).click()
  await b.page.getByRole('dialog', { name: /日志第/ }).getByRole('table', { name: '改了什么' }).getByText('billing.read').first().waitFor()
  await b.close()
})

test('[P1] the second factor: asked for by a role, bound with a picture, needed at the login, reset by the administrator', async () => {
  const b = await seed.pageOf(browser, linli.origin, boss)
  const who = await seed.staff(boss, linli.origin, 'caiwu', '郑洁', 'accountant', project)
  await b.page.goto('/security')
  await b.page.getByRole('checkbox', { name: '财务' }).check()
  await b.page.getByLabel('不用多少分钟后退出登录').fill('5')
  await b.page.getByRole('button', { name: '保存登录安全设置' }).click()
  await b.page.getByText('应为 15 到 1440').waitFor()
  await b.page.getByLabel('不用多少分钟后退出登录').fill('30')
  await assertAccessible(b.page)
  await shot(b.page, 'security')
  await b.page.getByRole('button', { name: '保存登录安全设置' }).click()
  await b.page.getByText(/已保存/).waitFor()
  await who.api.get('/session', { status: 401 })

  const p = await browser.page({ origin: linli.origin })
  p.expect(/401 \(Unauthorized\)/)
  const fill = async () => {
    await p.page.goto('/login')
    await p.page.getByLabel('登录名').fill('caiwu')
    await p.page.getByLabel('密码', { exact: true }).fill(who.password)
    await p.page.getByRole('button', { name: '登录', exact: true }).click()
  }
  await fill()
  await p.page.getByRole('heading', { level: 1, name: '先绑定动态验证码' }).waitFor()
  await p.page.getByRole('button', { name: '开始绑定' }).click()
  await p.page.getByText('请输入现在的密码').waitFor()
  p.expect(/422 \(Unprocessable/)
  await p.page.getByLabel('现在的密码').fill('Somebody-else-2')
  await p.page.getByRole('button', { name: '开始绑定' }).click()
  await p.page.getByText(/密码不对，还可试 4 次/).waitFor()
  await p.page.getByLabel('现在的密码').fill(who.password)
  await p.page.getByRole('button', { name: '开始绑定' }).click()
  await p.page.getByAltText('绑定用的二维码').waitFor()
  await p.page.getByText('不能扫码时手工输入密钥').click()
  const secret = (await p.page.locator('code').innerText()).trim()
  await assertAccessible(p.page)
  await shot(p.page, 'totp-bind')
  await p.page.getByLabel('2. 输入验证器显示的 6 位数字').fill(code(secret))
  await p.page.getByRole('button', { name: '完成绑定' }).click()
  const codes = p.page.getByRole('list', { name: '请保存这 10 个恢复码' }).getByRole('listitem')
  await codes.nth(9).waitFor()
  const first = (await codes.allInnerTexts()).map((x) => x.trim())
  const [recovery] = first
  await shot(p.page, 'totp-codes')
  await p.page.getByRole('button', { name: '我已保存好' }).click()
  await p.page.waitForURL(/\/p\//)

  await p.page.getByRole('button', { name: /郑洁/ }).click()
  await p.page.getByRole('menuitem', { name: '退出登录' }).click()
  await p.page.waitForURL(/\/login/)
  await fill()
  await p.page.getByLabel('动态验证码').fill(wrongCode(secret))
  await p.page.getByRole('button', { name: '登录', exact: true }).click()
  await p.page.getByText(/动态验证码不对或已用过/).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'login-code')
  await p.page.getByLabel('动态验证码').fill(recovery)
  await p.page.getByRole('button', { name: '登录', exact: true }).click()
  await p.page.waitForURL(/\/p\//)

  // One recovery code is used; new ones end the others.
  await p.page.getByRole('button', { name: /郑洁/ }).click()
  await p.page.getByRole('menuitem', { name: '动态验证码' }).click()
  const mine = p.page.getByRole('dialog', { name: '动态验证码' })
  await mine.getByText('恢复码还剩 9 个').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'totp-bound')
  await mine.getByRole('button', { name: '换一组恢复码' }).click()
  await mine.getByLabel('动态验证码').fill(wrongCode(secret))
  await mine.getByRole('button', { name: '作废旧的，换 10 个新的' }).click()
  await mine.getByText(/动态验证码不对.*还可试 4 次/).waitFor()
  await shot(p.page, 'totp-renew')
  await mine.getByLabel('动态验证码').fill(first[1])
  await mine.getByRole('button', { name: '作废旧的，换 10 个新的' }).click()
  const renewed = mine.getByRole('list', { name: '请保存这 10 个恢复码' }).getByRole('listitem')
  await renewed.nth(9).waitFor()
  assert.notDeepEqual(await renewed.allInnerTexts(), first)
  await mine.getByRole('button', { name: '我已保存好' }).click()
  await mine.waitFor({ state: 'hidden' })

  // The phone is lost: the administrator resets, and it is asked for again.
  await b.page.goto('/accounts')
  await b.page.getByRole('row', { name: /郑洁/ }).getByRole('button', { name: '修改' }).click()
  await b.page.getByRole('dialog', { name: '郑洁的账号' }).getByRole('button', { name: '重置动态验证码' }).click()
  const sure = b.page.getByRole('dialog', { name: '重置 郑洁 的动态验证码？' })
  await sure.getByRole('button', { name: '重置动态验证码' }).click()
  await sure.waitFor({ state: 'hidden' })
  await fill()
  await p.page.getByRole('heading', { level: 1, name: '先绑定动态验证码' }).waitFor()
  await p.close()
  await b.close()
})

test('[P2] a notice stands on the home page of those it is for, until it is taken down', async () => {
  const b = await seed.pageOf(browser, linli.origin, boss)
  await b.page.goto('/notices')
  await b.page.getByRole('button', { name: '发布公告' }).first().click()
  const form = b.page.getByRole('dialog', { name: '发布公告' })
  await form.getByLabel('标题').fill('周六停水检修')
  await form.getByLabel('内容').fill('周六 9 点到 12 点 1栋停水，住户来电请说明。')
  await form.getByRole('checkbox', { name: '前台客服' }).check()
  await assertAccessible(b.page)
  await shot(b.page, 'notice-new', { keep: 'guide/pages/notices' })
  await form.getByRole('button', { name: '发布公告' }).click()
  await form.waitFor({ state: 'hidden' })
  const row = b.page.getByRole('row', { name: /周六停水检修/ })
  await row.getByText('显示中').waitFor()

  const clerk = await seed.staff(boss, linli.origin, 'qiantai', '何柳', 'clerk', project)
  const p = await seed.pageOf(browser, linli.origin, clerk.api)
  await p.page.goto(`/p/${project}/home`)
  await p.page.getByRole('heading', { name: '周六停水检修' }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'home-notice')
  const cashier = await seed.staff(boss, linli.origin, 'shoufei', '王红', 'cashier', project)
  assert.deepEqual((await cashier.api.get('/notices')).body.items, [])

  await row.getByRole('button', { name: '撤下' }).click()
  const sure = b.page.getByRole('dialog', { name: '撤下公告“周六停水检修”？' })
  await sure.getByRole('button', { name: '撤下' }).click()
  await sure.waitFor({ state: 'hidden' })
  await row.getByText('已撤下').waitFor()
  await p.page.reload()
  await p.page.getByRole('heading', { level: 1 }).waitFor()
  await p.page.getByRole('heading', { name: '周六停水检修' }).waitFor({ state: 'detached' })
  await p.close()
  await b.close()
})

test('[P2] a notice for the staff of one project stands on its home page and on no other', async () => {
  const other = (await boss.post('/projects', { name: '云栖公寓', kind: 'apartment' })).body.id
  const b = await seed.pageOf(browser, linli.origin, boss)
  await b.page.goto('/notices')
  await b.page.getByRole('button', { name: '发布公告' }).first().click()
  const form = b.page.getByRole('dialog', { name: '发布公告' })
  await form.getByLabel('标题').fill('电梯年检')
  await form.getByLabel('内容').fill('下周一电梯年检，请提前告诉住户。')
  await form.getByRole('radiogroup', { name: '给哪些项目的员工看' }).getByText('部分项目').click()
  await form.getByRole('button', { name: '发布公告' }).click()
  await form.getByText('请至少勾选一个项目，或改成全公司').waitFor()
  await form.getByRole('checkbox', { name: '云栖公寓' }).check()
  await assertAccessible(b.page)
  await shot(b.page, 'notice-projects')
  await form.getByRole('button', { name: '发布公告' }).click()
  await form.waitFor({ state: 'hidden' })
  await b.page.getByRole('row', { name: /电梯年检/ }).getByText('云栖公寓的全体员工').waitFor()

  await b.page.goto(`/p/${other}/home`)
  await b.page.getByRole('heading', { name: '电梯年检' }).waitFor()
  await b.page.goto(`/p/${project}/home`)
  await b.settled()
  assert.equal(await b.page.getByRole('heading', { name: '电梯年检' }).count(), 0)
  await b.close()
})
