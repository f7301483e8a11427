// A forgotten password: phone and mail registered and confirmed, a code by SMS
// or mail over the simulators, a new password, and nothing told to strangers.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { api } from '../lib/api.mjs'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { eventually } from '../lib/eventually.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, phones, post, browser, boss, project, clerk

before(async () => {
  phones = await startLinli({ args: ['sim', 'sms', '--addr', '127.0.0.1:0'] })
  post = await startLinli({ args: ['sim', 'mail', '--addr', '127.0.0.1:0', '--page', '127.0.0.1:0'] })
  linli = await startLinli({ env: { LINLI_SMS: phones.origin } })
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  clerk = await seed.staff(boss, linli.origin, 'lixuemei', '李雪梅', 'clerk', project)
  const smtp = /邮件服务器 (\S+?)，/.exec(post.log())[1]
  await boss.put(at('/notify/accounts/mail'), { host: smtp, sender: '翠湖物业 <zd@cuihu.example>', active: true, version: 0 })
  await boss.put(at('/notify/accounts/sms'), { login: 'LTAI5tRehearsal', secret: 'rehearsal-secret', sender: '邻里物业', active: true, version: 0 })
})
after(async () => {
  await browser?.close()
  await linli?.stop()
  await phones?.stop()
  await post?.stop()
})

const at = (path) => `/projects/${project}${path}`
const mails = async () => (await fetch(`${post.origin}/mails`)).json()
const texts = async () => (await fetch(`${phones.origin}/messages`)).json()
/** Waits for the n-th message of a list and gives the six digits in it. */
async function code(list, n) {
  let found
  await eventually(async () => {
    const all = await list()
    assert.ok(all.length >= n, `${all.length} of ${n} came`)
    found = /\d{6}/.exec(all[n - 1].text ?? all[n - 1].body)?.[0]
  })
  assert.ok(found)
  return found
}

async function forgot(theme = 'light') {
  const p = await browser.page({ origin: linli.origin, theme })
  p.expect(/status of 4(01|09|22|29)/)
  await p.page.goto('/login')
  await p.page.getByLabel('登录名').fill('lixuemei')
  await p.page.getByRole('link', { name: '忘记密码' }).click()
  await p.page.waitForURL((url) => url.pathname !== '/login')
  return p
}

test('[P1] until the administrator has chosen who sends codes, the page says whom to ask', async () => {
  const p = await forgot()
  await p.page.getByText('现在不能用验证码找回密码').waitFor()
  await p.page.getByText('请联系本公司管理员重置密码').waitFor()
  await assertAccessible(p.page)
  await p.close()

  const b = await seed.pageOf(browser, linli.origin, boss)
  await b.page.goto('/security')
  await b.page.getByLabel('由哪个项目发验证码').selectOption('翠湖花园')
  await b.page.getByRole('button', { name: '保存登录安全设置' }).click()
  await b.page.getByText('已保存').waitFor()
  await assertAccessible(b.page)
  await shot(b.page, 'security-codes')
  // The numbers of the approved texts.
  await b.page.goto(`/p/${project}/messages/setting`)
  const card = b.page.locator('section', { has: b.page.getByRole('heading', { name: '消息模板' }) })
  await card.getByRole('radio', { name: '短信' }).click()
  for (const [kind, number] of [['验证码', 'SMS_1005'], ['账号变动提醒', 'SMS_1006']]) {
    await card.getByLabel('种类').selectOption(kind)
    await card.getByText(kind === '验证码' ? '{验证码} = ${code}' : '{事项} = ${what}').waitFor()
    await card.getByLabel('阿里云模板编号').fill(number)
    await card.getByRole('button', { name: '保存' }).click()
    await card.getByText('已保存').waitFor()
  }
  await b.close()
})

test('[P1] the administrator registers the phone, the person confirms it and adds a mail', async () => {
  const b = await seed.pageOf(browser, linli.origin, boss)
  await b.page.goto('/accounts')
  await b.page.getByRole('row', { name: /李雪梅/ }).getByRole('button', { name: '修改' }).click()
  const drawer = b.page.getByRole('dialog', { name: '李雪梅的账号' })
  await drawer.getByLabel('手机号').fill('138 0571 5678')
  await drawer.getByRole('button', { name: '保存手机与邮箱' }).click()
  await drawer.getByText('现在是 138****5678，待本人确认').waitFor()
  await assertAccessible(b.page)
  await shot(b.page, 'account-contacts')
  await b.close()

  const p = await seed.pageOf(browser, linli.origin, clerk.api)
  p.expect(/status of 422/)
  await p.page.goto(`/p/${project}/home`)
  await p.page.getByRole('button', { name: /李雪梅/ }).click()
  await p.page.getByRole('menuitem', { name: '手机与邮箱' }).click()
  const mine = p.page.getByRole('dialog', { name: '我的手机与邮箱' })
  await mine.getByText('待本人确认').waitFor()
  await mine.getByRole('button', { name: '去确认' }).click()
  await mine.getByLabel('现在的密码').fill(clerk.password)
  await mine.getByRole('button', { name: '发送验证码' }).click()
  await mine.getByText('验证码已发往 138****5678').waitFor()
  const sms = await code(texts, 1)
  await mine.getByLabel('收到的 6 位验证码').fill(sms === '000000' ? '111111' : '000000')
  await mine.getByRole('button', { name: '确认', exact: true }).click()
  await mine.getByText('验证码不对，还可试 4 次').waitFor()
  await mine.getByLabel('收到的 6 位验证码').fill(sms)
  await mine.getByRole('button', { name: '确认', exact: true }).click()
  await mine.getByText('手机已确认').waitFor()
  await mine.getByRole('button', { name: '登记', exact: true }).click()
  await mine.getByLabel('邮箱', { exact: true }).fill('li@example.com')
  await mine.getByLabel('现在的密码').fill(clerk.password)
  await mine.getByRole('button', { name: '发送验证码' }).click()
  await mine.getByLabel('收到的 6 位验证码').fill(await code(mails, 1))
  await mine.getByRole('button', { name: '确认', exact: true }).click()
  await mine.getByText('邮箱已确认').waitFor()
  await eventually(async () => assert.equal(await mine.getByText('已确认', { exact: true }).count(), 2))
  await assertAccessible(p.page)
  await shot(p.page, 'contacts', { keep: 'guide/pages/contacts' })
  await p.close()
})

test('[P1] G11: a login that does not exist looks like any other, and a code goes only to who has confirmed an address', async () => {
  const p = await forgot('dark')
  await p.page.getByLabel('登录名').fill('zhoulan')
  await p.page.getByRole('radio', { name: '邮箱' }).click()
  await p.page.getByRole('button', { name: '发送验证码' }).click()
  const said = p.page.getByText(/如果这个账号登记并确认过邮箱，验证码已经发出/)
  await said.waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'recover-code-dark')
  const [known, unknown] = await Promise.all(['sunmin', 'nobody'].map(async (login) => api(linli.origin).post('/recovery', { login, channel: 'mail' })))
  assert.deepEqual([known.status, Object.keys(known.body)], [unknown.status, Object.keys(unknown.body)])
  await p.page.getByLabel('验证码').fill('123456')
  await p.page.getByLabel('新密码', { exact: true }).fill('Xinmima-2026-ok')
  await p.page.getByLabel('再输一次新密码').fill('Xinmima-2026-ok')
  await p.page.getByRole('button', { name: '设置新密码' }).click()
  await p.page.getByText('验证码不对，还可试 4 次').waitFor()
  assert.equal((await mails()).length, 1)
  await p.close()
})

test('[P1] a forgotten password is set anew by the code of a mail; sessions end, an SMS tells of it, the log shows it', async () => {
  const p = await forgot()
  await p.page.getByRole('radio', { name: '邮箱' }).click()
  assert.equal(await p.page.getByLabel('登录名').inputValue(), 'lixuemei')
  await assertAccessible(p.page)
  await shot(p.page, 'recover', { keep: 'guide/pages/recover' })
  await p.page.getByRole('button', { name: '发送验证码' }).click()
  await p.page.getByText(/如果这个账号登记并确认过邮箱/).waitFor()
  await p.page.getByLabel('验证码').fill(await code(mails, 2))
  await p.page.getByLabel('新密码', { exact: true }).fill('lixuemei-2026-OK')
  await p.page.getByLabel('再输一次新密码').fill('lixuemei-2026-OK')
  await p.page.getByRole('button', { name: '设置新密码' }).click()
  await p.page.getByText('密码里不能含有登录名').waitFor()
  await p.page.getByLabel('新密码', { exact: true }).fill('Xinmima-2026-ok')
  await p.page.getByLabel('再输一次新密码').fill('Xinmima-2026-ok')
  await p.page.getByRole('button', { name: '设置新密码' }).click()
  await p.page.getByRole('heading', { name: '新密码已设好' }).waitFor()
  await assertAccessible(p.page)
  await clerk.api.get('/session', { status: 401 })
  await p.page.getByRole('link', { name: '去登录' }).click()
  await p.page.getByLabel('登录名').fill('lixuemei')
  await p.page.getByLabel('密码', { exact: true }).fill('Xinmima-2026-ok')
  await p.page.getByRole('button', { name: '登录', exact: true }).click()
  await p.page.waitForURL(/\/p\//)
  await p.close()
  await eventually(async () => assert.match((await texts())[1]?.text ?? '', /您的账号 lixuemei 的密码已用验证码重新设置/))

  const b = await seed.pageOf(browser, linli.origin, boss)
  await b.page.goto('/audit')
  await b.page.getByRole('row', { name: /李雪梅 用发到邮箱 l\*\*\*@example\.com 的验证码重新设置了密码/ }).waitFor()
  await b.page.goto(`/p/${project}/messages`)
  const row = b.page.getByRole('row', { name: /验证码.*李雪梅.*邮件.*l\*\*\*@example\.com/ }).first()
  await row.getByRole('button', { name: '查看' }).click()
  const one = b.page.getByRole('dialog', { name: '验证码：李雪梅' })
  await one.getByText('您的验证码是 ••••••').waitFor()
  assert.equal(await one.getByRole('button', { name: /重发/ }).count(), 0)
  await b.close()
})
