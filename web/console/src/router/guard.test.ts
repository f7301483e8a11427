import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RouteLocationNormalized } from 'vue-router'
import { useSession } from '@/stores/session'
import { guard, safeBack } from './index'

const session = {
  account: { id: '1', name: '李雪梅', login: 'lixuemei' },
  roles: [{ project_id: '7', role: 'cashier', role_name: '收费员' }],
  permissions: ['cashier.take'],
  projects: [{ id: '7', name: '翠湖花园', kind: 'residential' }],
}
let status = 200
let part = false
const to = (over: Partial<RouteLocationNormalized>) => ({ fullPath: '/p/7/counter', params: { project: '7' }, meta: {}, query: {}, ...over }) as RouteLocationNormalized

beforeEach(() => {
  setActivePinia(createPinia())
  status = 200
  part = false
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(status === 200 ? { ...session, ...(part ? { grants: [{ project_id: '7', permissions: ['cashier.take'], building_ids: ['1'] }] } : {}) } : { detail: 'x' }), { status })))
})
afterEach(() => vi.unstubAllGlobals())

describe('the guard', () => {
  it('lets an allowed page through', async () => {
    expect(await guard(to({ meta: { permission: 'cashier.take' } }))).toBe(true)
  })
  it('leads to the login and remembers the way back', async () => {
    status = 401
    expect(await guard(to({}))).toEqual({ name: 'login', query: { back: '/p/7/counter' } })
    expect(await guard(to({ meta: { open: true } }))).toBe(true)
  })
  it('keeps pages of other projects and other roles shut', async () => {
    expect(await guard(to({ params: { project: '8' } }))).toEqual({ name: 'noProject' })
    expect(await guard(to({ meta: { permission: 'billing.release', title: '出账审核' } }))).toEqual({ name: 'forbidden', query: { title: '出账审核' } })
  })
  it('opens for rights on some buildings only what honours them', async () => {
    part = true
    expect(await guard(to({ meta: { permission: 'cashier.take', buildings: true } }))).toBe(true)
    expect(await guard(to({ meta: { permission: 'cashier.take', title: '收据' } }))).toEqual({ name: 'forbidden', query: { title: '收据' } })
  })
  it('opens a page that works without a signal on what this device kept, until the server has answered', async () => {
    const phone = to({ meta: { permission: 'cashier.take', spare: () => Promise.resolve({ ...session, account: { ...session.account, name: '留底' } }) } })
    status = 503
    expect(await guard(phone)).toBe(true)
    expect([useSession().kept, useSession().session?.account.name]).toEqual([true, '留底'])
    await expect(guard(to({ meta: { permission: 'cashier.take' } }))).rejects.toMatchObject({ status: 503 })
    status = 200
    expect(await guard(to({ meta: { permission: 'cashier.take' } }))).toBe(true)
    expect([useSession().kept, useSession().session?.account.name]).toEqual([false, '李雪梅'])
  })
  it('believes the server before what this device kept', async () => {
    const known: (string | null)[] = []
    useSession().onKnown((now) => known.push(now?.account.id ?? null))
    const phone = to({ meta: { spare: () => Promise.resolve(session) } })
    expect([await guard(phone), useSession().kept]).toEqual([true, false])
    useSession().forget()
    status = 401
    expect(await guard(phone)).toMatchObject({ name: 'login' })
    expect(known).toEqual(['1', null, null])
  })
  it('does not take a dead server for a missing session', async () => {
    status = 503
    await expect(guard(to({}))).rejects.toMatchObject({ status: 503 })
  })
})

it.each([
  ['/p/7/counter?x=1', '/p/7/counter?x=1'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['/login?back=/', '/'],
  [undefined, '/'],
])('back to %s leads to %s', (back, target) => expect(safeBack(back)).toBe(target))
