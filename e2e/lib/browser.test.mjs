// The helpers themselves: they must fail a test when they should. Runs against
// a tiny server of its own, not the product.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { crc32, inflateRawSync } from 'node:zlib'
import { DESK, PHONE, assertAccessible, focused, keyboard, openBrowser } from './browser.mjs'
import { workbook } from './xlsx.mjs'

const html = (body, head = '') => `<!doctype html><html lang="zh-CN"><head><title>x</title><link rel="icon" href="data:,">${head}</head><body><main><h1>标题</h1>${body}</main></body></html>`
const pages = {
  '/good': html('<label>房号 <input></label><button>收款</button>'),
  '/error': html('<script>console.error("broken")</script>'),
  '/throw': html('<script>throw new Error("broken")</script>'),
  '/away': html('<img alt="" src="http://192.0.2.1/x.png">'),
  '/axe': html('<input><button></button>'),
}
let server, browser, origin

before(async () => {
  server = createServer((q, a) => {
    a.setHeader('content-type', 'text/html; charset=utf-8')
    a.setHeader('content-security-policy', "default-src 'self' 'unsafe-inline' data: http://192.0.2.1")
    a.end(pages[q.url] ?? '')
  })
  await new Promise((r) => server.listen(0, '127.0.0.1', r))
  origin = `http://127.0.0.1:${server.address().port}`
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  server?.close()
})

test('a good page passes at both sizes and in both themes', async () => {
  for (const [size, theme] of [[DESK, 'light'], [DESK, 'dark'], [PHONE, 'light']]) {
    const p = await browser.page({ origin, size, theme })
    await p.page.goto('/good')
    assert.deepEqual(p.page.viewportSize(), size)
    assert.equal(await p.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches), theme === 'dark')
    await assertAccessible(p.page)
    await p.close()
  }
})

test('console errors, page errors and requests that leave the origin fail the page', async () => {
  for (const [path, words] of [['/error', /broken/], ['/throw', /broken/], ['/away', /leaves the origin/]]) {
    const p = await browser.page({ origin })
    await p.page.goto(path, { waitUntil: 'commit' })
    await assert.rejects(async () => {
      for (let i = 0; i < 400; i++) {
        p.calm()
        await new Promise((r) => setTimeout(r, 50))
      }
    }, words)
    await p.context.close()
  }
})

test('axe findings fail the page', async () => {
  const p = await browser.page({ origin })
  await p.page.goto('/axe')
  await assert.rejects(assertAccessible(p.page), /button-name/)
  await p.close()
})

test('the keyboard counts entries and presses', async () => {
  const p = await browser.page({ origin })
  await p.page.goto('/good')
  const k = keyboard(p.page)
  await k.press('Tab')
  assert.equal(await focused(p.page), 'input: 房号')
  await k.type('3-2-1502')
  await k.press('Tab')
  assert.equal(await focused(p.page), 'button: 收款')
  assert.equal(k.count, 3)
  await p.close()
})

test('a workbook made here is a sound zip with readable sheets', () => {
  const bytes = workbook({ 资产信息: [['楼号', '面积'], ['1栋', 89.3]] })
  const end = bytes.subarray(-22)
  assert.equal(end.readUInt32LE(0), 0x06054b50)
  let at = end.readUInt32LE(16)
  const parts = {}
  for (let i = 0; i < end.readUInt16LE(10); i++) {
    assert.equal(bytes.readUInt32LE(at), 0x02014b50)
    const [crc, packed, size, path] = [bytes.readUInt32LE(at + 16), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24), bytes.readUInt16LE(at + 28)]
    const from = bytes.readUInt32LE(at + 42)
    assert.equal(bytes.readUInt32LE(from), 0x04034b50)
    const raw = inflateRawSync(bytes.subarray(from + 30 + path, from + 30 + path + packed))
    assert.deepEqual([crc32(raw), raw.length], [crc, size])
    parts[bytes.toString('utf8', at + 46, at + 46 + path)] = raw.toString('utf8')
    at += 46 + path
  }
  assert.match(parts['xl/worksheets/sheet1.xml'], /1栋.*<v>89.3<\/v>/)
  assert.match(parts['xl/workbook.xml'], /name="资产信息"/)
})
