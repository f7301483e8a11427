import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { api } from '../lib/api.mjs'
import { PHONE, assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'

const admin = { company: '杭州翠湖物业服务有限公司', name: '周岚', login: 'zhoulan', password: 'Cuihu-2026-ok' }
let linli, browser

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

test('[P9] an empty folder leads to the first-use page, which makes the first administrator', async () => {
  const p = await browser.page({ origin: linli.origin })
  // An empty installation answers 401 to “who am I”; the browser notes it.
  p.expect(/401 \(Unauthorized\).*\/api\/v1\/session/)
  await p.page.goto('/')
  await p.page.waitForURL('**/setup')
  await assertAccessible(p.page)
  await shot(p.page, 'first-use')
  await p.page.getByLabel('公司名称').fill(admin.company)
  await p.page.getByLabel('姓名').fill(admin.name)
  await p.page.getByLabel('登录名').fill(admin.login)
  await p.page.getByLabel('密码', { exact: true }).fill(admin.password)
  await p.page.getByLabel('再输一次密码').fill(admin.password)
  await p.page.getByRole('button', { name: '创建公司和管理员账号' }).click()
  await p.page.waitForURL((u) => u.pathname !== '/setup')
  await p.close()
})

test('[P1] the wizard is closed for ever once there is an account, and there is no default account', async () => {
  const anyone = api(linli.origin)
  assert.equal((await anyone.get('/setup')).body.open, false)
  const again = await anyone.post('/setup', { ...admin, login: 'second' }, { status: 409 })
  assert.ok(again.body.detail, 'says what to do')
  for (const [login, password] of [['admin', 'admin'], ['admin', 'admin123'], ['root', 'root'], [admin.login, '']]) {
    const r = await anyone.post('/session', { login, password, remember: false }, { any: true })
    assert.ok([401, 403, 422].includes(r.status), `${login}/${password} must not open the door: ${r.status} ${r.text}`)
    assert.deepEqual(r.headers.getSetCookie(), [])
  }
})

for (const theme of ['light', 'dark']) {
  test(`[P1] the administrator signs in, sees his start page and signs out (${theme})`, async () => {
    const p = await browser.page({ origin: linli.origin, theme })
    p.expect(/401 \(Unauthorized\).*\/api\/v1\/session/)
    await p.page.goto('/')
    await p.page.waitForURL('**/login**')
    await assertAccessible(p.page)
    await shot(p.page, `login-${theme}`)
    await p.page.getByLabel('登录名').fill(admin.login)
    await p.page.getByLabel('密码', { exact: true }).fill(admin.password)
    await p.page.keyboard.press('Enter')
    await p.page.waitForURL((u) => u.pathname !== '/login')
    await p.page.getByRole('heading', { level: 1 }).waitFor()
    await p.page.getByText(admin.name).first().waitFor()
    await p.settled()
    await assertAccessible(p.page)
    await shot(p.page, `home-first-${theme}`)

    const session = (await p.context.cookies()).find((c) => c.name === 'linli_session')
    assert.ok(session?.httpOnly && session.sameSite !== 'None', 'the session cookie is out of reach of scripts and other sites')
    const here = api(linli.origin, `linli_session=${session.value}`)
    assert.equal((await here.get('/session')).body.account.login, admin.login)
    await here.delete('/session')
    await here.get('/session', { status: 401 })
    await p.close()
  })
}

test('[P1] a wrong password is refused in plain Chinese and keeps what was typed', async () => {
  const p = await browser.page({ origin: linli.origin, size: PHONE })
  p.expect(/status of 4(01|03|22)/)
  await p.page.goto('/login')
  await p.page.getByLabel('登录名').fill(admin.login)
  await p.page.getByLabel('密码', { exact: true }).fill('Wrong-2026-pw')
  await p.page.getByRole('button', { name: '登录', exact: true }).click()
  await p.page.getByText(/密码不对/).waitFor()
  assert.equal(await p.page.getByLabel('登录名').inputValue(), admin.login)
  await assertAccessible(p.page)
  await p.close()
})

test('SIGTERM stops it cleanly', async () => {
  const other = await startLinli()
  assert.equal(await other.stop(), 0, other.log())
})
