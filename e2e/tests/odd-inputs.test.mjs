// Rows of docs/bad-inputs.md that only a browser can show: what looks like
// markup, a script or a template is text on every page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

const markup = '<img src=x onerror="document.title=1">'
const script = `<script>document.hurt=1</script>`
let linli, browser, boss, project, room

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  const rooms = await seed.rooms(boss, project, [{ building: '1', room: '101', area: 89.3, owner: '陈建国', phone: '13805715678' }])
  room = rooms['1栋1单元101']
  const person = (await boss.get(at('/people?q=陈建国'))).body.items[0]
  await boss.patch(at(`/people/${person.id}`), { version: person.version, name: `${markup}{{7*7}}` })
  await boss.post('/settings/notices', { title: `水${script}`, body: `${markup}[点这里](javascript:alert(1)) data:text/html,x {{7*7}}`, until: seed.today(), roles: [] })
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

const at = (path) => `/projects/${project}${path}`

for (const theme of ['light', 'dark']) {
  test(`[P2] E6, E9: an announcement and a name that hold markup are shown as they were written (${theme})`, async () => {
    const p = await seed.pageOf(browser, linli.origin, boss, { theme })
    const inert = async (where) => {
      await p.settled()
      assert.equal(await p.page.locator('img[src="x"], a[href^="javascript:"], a[href^="data:"]').count(), 0, where)
      assert.doesNotMatch(await p.page.title(), /^1$|hurt/, where)
    }
    await p.page.goto(`/p/${project}/home`)
    await p.page.getByText(`水${script}`).first().waitFor()
    await inert('home')
    await shot(p.page, `odd-notice-${theme}`)
    await p.page.goto(`/p/${project}/households/${room}`)
    await p.page.getByText(`${markup}{{7*7}}`).first().waitFor()
    await inert('household')
    await p.page.goto('/notices')
    await p.page.getByText(`水${script}`).first().waitFor()
    await inert('notices')
    await p.close()
  })
}

test('[P2] E6: the policy of the page runs no script that somebody has written into it', async () => {
  const p = await seed.pageOf(browser, linli.origin, boss)
  p.expect(/Content Security Policy/)
  const answer = await p.page.goto(`/p/${project}/home`)
  assert.match(answer.headers()['content-security-policy'], /default-src 'self'/)
  await p.settled()
  const ran = await p.page.evaluate(async () => {
    document.body.insertAdjacentHTML('beforeend', '<img src="/favicon.svg?x" onerror="window.hurt=1" onload="window.hurt=1"><a id="trap" href="javascript:window.hurt=2">x</a>')
    const s = document.createElement('script')
    s.textContent = 'window.hurt=3'
    document.body.append(s)
    document.getElementById('trap').click()
    await new Promise((r) => setTimeout(r, 300))
    return window.hurt
  })
  assert.equal(ran, undefined)
  await p.close()
})
