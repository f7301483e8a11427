// What a test needs but does not show: a company, a project with rooms, fees and
// released charges, made through the public API. Money in fen, months as 2026-11.
import assert from 'node:assert/strict'
import { api } from './api.mjs'
import { until } from './eventually.mjs'
import { assetSheet } from './roster.mjs'

export const admin = { company: '杭州翠湖物业服务有限公司', name: '周岚', login: 'zhoulan', password: 'Cuihu-2026-ok' }

const day = 24 * 3600_000
/** Milliseconds until the next day begins where the business is. */
const toMidnight = () => day - ((Date.now() + 8 * 3600_000) % day)
// A file takes a few minutes; one that would begin before midnight and end after
// it waits for the new day, so that “today” and “this month” stay what they are.
if (toMidnight() < 5 * 60_000) await new Promise((r) => setTimeout(r, toMidnight() + 1000))

/** Today as the business counts it. */
export const today = () => new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10)
/** This month moved by n months, as 2026-11. */
export function month(n = 0) {
  const [y, m] = today().split('-').map(Number)
  return new Date(Date.UTC(y, m - 1 + n, 1)).toISOString().slice(0, 7)
}
/** A month as the pages write it: the year only when it is another one. */
export const monthWords = (m) => (m.slice(0, 4) === today().slice(0, 4) ? `${Number(m.slice(5))}月` : `${m.slice(0, 4)}年${Number(m.slice(5))}月`)
/** 1234567 fen as 12,345.67. */
export const yuan = (fen) => (fen / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** The company with its first administrator, signed in. */
export async function company(origin) {
  const anyone = api(origin)
  await anyone.post('/setup', admin)
  return signIn(origin, admin.login, admin.password)
}

export async function signIn(origin, login, password) {
  const one = api(origin)
  await one.post('/session', { login, password, remember: false })
  return one
}

/** One more member of staff; role on one project or, without it, on all. */
export async function staff(boss, origin, login, name, role, project) {
  const password = 'Guanjia-2026-ok'
  const account = (await boss.post('/accounts', { login, name, password, grants: [{ role, project_id: project ?? null }] })).body
  return { ...account, password, api: await signIn(origin, login, password) }
}

export const project = async (boss, name, kind = 'residential') => (await boss.post('/projects', { name, kind, address: '杭州市西湖区翠湖路 18 号' })).body.id

/** Imports rooms with their owners; answers the ids by label. */
export async function rooms(boss, id, list) {
  const at = `/projects/${id}`
  const file = (await boss.upload(`${at}/imports`, '资产信息.xlsx', assetSheet(list), { kind: 'roster' })).body
  const checked = await until(async () => (await boss.get(`${at}/imports/${file.id}`)).body, (x) => x.state !== 'checking')
  assert.equal(checked.state, 'ready', JSON.stringify((await boss.get(`${at}/imports/${file.id}/errors`)).body))
  await boss.post(`${at}/imports/${file.id}/apply`, {})
  await until(async () => (await boss.get(`${at}/imports/${file.id}`)).body, (x) => x.state === 'applied')
  return roomIds(boss, id)
}

export async function roomIds(boss, id) {
  const found = (await boss.get(`/projects/${id}/rooms?limit=200`)).body.items
  return Object.fromEntries(found.map((r) => [r.label, r.id]))
}

/** A monthly fee on all rooms; price in yuan per unit, or a formula. */
export async function fee(boss, id, { name, basis = 'area', price = 0, formula, from = `${month(-18)}-01`, source = '杭价备〔2026〕118 号', assign = true }) {
  const at = `/projects/${id}/items`
  const item = (await boss.post(at, { name, basis, from_date: from, cycle: 'month', timing: 'advance' })).body
  const rate = { from_date: from, source_kind: 'filing', source_text: source, price: Math.round(price * 1e6) }
  if (formula) rate.formula = formula
  await boss.post(`${at}/${item.id}/rates`, rate)
  if (assign) await boss.post(`${at}/${item.id}/assignments`, { scope: 'project', from_date: from })
  return item.id
}

/** Runs a month and waits for the draft. */
export async function draft(boss, id, m = month()) {
  const run = (await boss.post(`/projects/${id}/runs`, { month: m })).body
  return until(async () => (await boss.get(`/projects/${id}/runs/${run.id}`)).body, (x) => x.state !== 'generating')
}

/** Runs a month and releases it. */
export async function released(boss, id, m = month()) {
  const run = await draft(boss, id, m)
  assert.equal(run.state, 'draft', JSON.stringify(run))
  await boss.post(`/projects/${id}/runs/${run.id}/release`, { version: run.version })
  return until(async () => (await boss.get(`/projects/${id}/runs/${run.id}`)).body, (x) => x.state === 'released')
}

/** A page in which this member of staff is signed in. */
export async function pageOf(browser, origin, who, options = {}) {
  const p = await browser.page({ origin, ...options })
  const [name, value] = who.cookie.split('=')
  await p.context.addCookies([{ name, value, url: origin }])
  return p
}
