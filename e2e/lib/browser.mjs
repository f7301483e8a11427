// Chromium of the system, driven by playwright-core. A page made here fails its
// test on console errors, page errors and any request that leaves the origin.
// SLOW=6 makes every page six times slower, to find tests that look too soon.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { PATIENCE, eventually } from './eventually.mjs'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const out = resolve(import.meta.dirname, '../out')
const docs = resolve(import.meta.dirname, '../../docs')

export const DESK = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }

const flags = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-default-apps',
  '--no-proxy-server', '--force-color-profile=srgb', '--font-render-hinting=none', '--lang=zh-CN',
]

/** One browser for a test file, with a folder of its own; end it with close(). */
export async function openBrowser() {
  const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => p && existsSync(p))
  if (!executablePath) throw new Error('Chromium is missing: apt-get install chromium, or set CHROMIUM')
  const home = mkdtempSync(join(tmpdir(), 'linli-chromium-'))
  const browser = await chromium.launch({ executablePath, args: flags, headless: true, env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home } })
  return {
    /** @param {{origin: string, size?: typeof DESK, theme?: 'light'|'dark', also?: string[], agent?: string}} options also are origins that a page may go to besides; agent is another user agent */
    page: (options) => openPage(browser, options),
    close: async () => {
      await browser.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

async function openPage(browser, { origin, size = DESK, theme = 'light', also = [], agent }) {
  const context = await browser.newContext({
    baseURL: origin, viewport: size, colorScheme: theme, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce',
    ...(agent ? { userAgent: agent } : {}),
    ...(size.width < 600 ? { deviceScaleFactor: 2, hasTouch: true, isMobile: true } : {}),
  })
  context.setDefaultTimeout(PATIENCE)
  const complaints = []
  const expected = []
  const flying = new Set()
  const slow = Number(process.env.SLOW ?? 1)
  const page = await context.newPage()
  if (slow > 1) {
    const brake = async (one) => (await context.newCDPSession(one)).send('Emulation.setCPUThrottlingRate', { rate: slow }).catch(() => {})
    await brake(page)
    context.on('page', brake)
  }
  page.on('request', (r) => flying.add(r)).on('requestfinished', (r) => flying.delete(r)).on('requestfailed', (r) => flying.delete(r))
  page.on('console', (m) => {
    if (m.type() !== 'error' && m.type() !== 'warning') return
    const line = `${m.type()}: ${m.text()} ${m.location().url}`
    if (!expected.some((e) => e.test(line))) complaints.push(line)
  })
  page.on('pageerror', (e) => complaints.push(`page error: ${e.stack ?? e}`))
  page.on('request', (r) => {
    const u = new URL(r.url())
    if (!['data:', 'blob:', 'about:'].includes(u.protocol) && u.origin !== origin && !also.includes(u.origin)) complaints.push(`request leaves the origin: ${r.url()}`)
  })
  return {
    page,
    context,
    theme,
    /** Waits until the page has its heading and nothing more is being read or drawn as a skeleton; for what must not be there. */
    settled: () => settled(page, flying),
    /** Allows one kind of console line, e.g. the 401 of a wrong password that a test provokes. */
    expect: (pattern) => expected.push(pattern),
    /** Fails on everything the browser complained of so far. */
    calm: () => assert.deepEqual(complaints.splice(0), [], 'the browser complains'),
    close: async () => {
      await context.close()
      assert.deepEqual(complaints, [], 'the browser complains')
    },
  }
}

async function settled(page, flying) {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  const end = Date.now() + PATIENCE
  for (let quiet = 0; quiet < 4;) {
    // Two frames: what an answer changed has been drawn, and what that asks for is under way.
    await page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(r, 25)))))
    quiet = flying.size === 0 && (await page.locator('.skel').count()) === 0 ? quiet + 1 : 0
    assert.ok(quiet > 0 || Date.now() < end, `the page does not come to rest: ${[...flying].map((r) => r.url()).join(' ')}`)
  }
}

/** No serious or critical finding of axe on the page as it stands. */
export async function assertAccessible(page, { exclude = [] } = {}) {
  // Through the debugger, so that the page's content security policy stands.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
  const found = await page.evaluate(async (exclude) => {
    const r = await window.axe.run({ include: [['html']], exclude: exclude.map((s) => [s]) }, { resultTypes: ['violations'] })
    return r.violations
      .filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .map((v) => `${v.id} (${v.impact}): ${v.help}: ${v.nodes.slice(0, 5).map((n) => n.target.join(' ')).join(' | ')}`)
  }, exclude)
  assert.deepEqual(found, [], `axe on ${page.url()}`)
}

/** Fails where something to press or to fill in is cut off at the right; tables may be scrolled. */
async function assertFits(page) {
  const cut = await page.evaluate(() => [...document.querySelectorAll('button, input, select, textarea, a, [role=radio], [role=tab]')].filter((e) => {
    const r = e.getBoundingClientRect()
    return r.width > 1 && r.height > 1 && r.left < innerWidth && r.right > innerWidth + 1 && e.checkVisibility({ visibilityProperty: true }) && !e.closest('table')
  }).map((e) => (e.getAttribute('aria-label') ?? e.textContent ?? '').trim() || e.outerHTML.slice(0, 80)))
  assert.deepEqual(cut, [], `cut off at the right of ${page.url()}`)
}

/** Keeps a picture in e2e/out; with KEEP=1 also as the one of the docs that it renews, such as `design/home-dark`. */
export async function shot(page, name, { keep, ...options } = {}) {
  await assertFits(page)
  for (const file of keep && process.env.KEEP === '1' ? [join(out, name), join(docs, keep)] : [join(out, name)]) {
    const path = `${file}.png`
    mkdirSync(dirname(path), { recursive: true })
    await page.screenshot({ path, animations: 'disabled', caret: 'hide', ...options })
  }
}

/**
 * Works a page by keyboard only and counts: keys() presses, type() counts as one
 * entry however long its text is; count and seconds are read at the end.
 */
export function keyboard(page) {
  const began = process.hrtime.bigint()
  let pressed = 0
  let typed = 0
  return {
    press: async (...keys) => {
      for (const k of keys) {
        pressed++
        await page.keyboard.press(k)
      }
    },
    type: async (text) => {
      typed++
      await page.keyboard.type(text)
    },
    get count() { return pressed + typed },
    get seconds() { return Number(process.hrtime.bigint() - began) / 1e9 },
  }
}

/** Waits until the focus is on what a person would type into next. */
export const focus = (page, pattern) => eventually(async () => assert.match(await focused(page), pattern))

/** What has the focus, as people and screen readers know it. */
export const focused = (page) => page.evaluate(() => {
  const e = document.activeElement
  if (!e || e === document.body) return ''
  const label = e.labels?.[0]?.textContent ?? e.getAttribute('aria-label') ?? e.textContent ?? ''
  return `${e.getAttribute('role') ?? e.tagName.toLowerCase()}: ${label.trim().replace(/\s+/g, ' ')}`
})
