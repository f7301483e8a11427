import { describe, expect, it } from 'vitest'
import type { Area } from './area'
import { allowed, areas, menuFor } from './menu'

const page = () => Promise.resolve({})
const sample: Area[] = [
  {
    routes: [
      { path: 'counter', name: 'counter', component: page, meta: { title: '收银台', permission: 'cashier.take' } },
      { path: 'charges', name: 'charges', component: page, meta: { title: '费用明细', permission: ['billing.read', 'cashier.take'] } },
    ],
    menu: [
      { route: 'charges', group: 'charge', icon: 'list', order: 30 },
      { route: 'counter', group: 'charge', icon: 'cash', order: 10 },
      { route: 'planned', group: 'service', icon: 'horn', order: 10 },
    ],
  },
  { routes: [{ path: '/company', name: 'company', component: page, meta: { title: '公司' } }], menu: [{ route: 'company', group: 'manage', icon: 'gear', order: 90 }] },
]
const shown = (held: string[]) => menuFor(sample, new Set(held)).map((s) => [s.group, ...s.items.map((i) => i.title)])

describe('the menu', () => {
  it('is sorted by group and order', () => {
    expect(shown(['cashier.take'])).toEqual([['charge', '收银台', '费用明细'], ['manage', '公司']])
  })
  it('leaves out what may not be opened, and groups that are empty', () => {
    expect(shown([])).toEqual([['manage', '公司']])
    expect(shown(['billing.read'])).toEqual([['charge', '费用明细'], ['manage', '公司']])
  })
  it('shows for rights on some buildings only the pages that honour them', () => {
    const both: Area[] = [{
      routes: [
        { path: 'rooms', name: 'rooms', component: page, meta: { title: '房屋', permission: 'estate.read', buildings: true } },
        { path: 'project', name: 'project', component: page, meta: { title: '项目资料', permission: 'estate.read' } },
      ],
      menu: [{ route: 'rooms', group: 'household', icon: 'lift', order: 1 }, { route: 'project', group: 'manage', icon: 'info', order: 1 }],
    }]
    const none = new Set<string>()
    expect(menuFor(both, none, none, new Set(['estate.read'])).flatMap((s) => s.items.map((i) => i.title))).toEqual(['房屋'])
    expect(menuFor(both, none, none, none)).toEqual([])
  })
  it('knows project pages from company pages', () => {
    const items = menuFor(sample, new Set(['cashier.take'])).flatMap((s) => s.items)
    expect(items.map((i) => i.project)).toEqual([true, true, false])
  })
})

it('a page without a permission is open to every session', () => expect(allowed(undefined, new Set())).toBe(true))

describe('the areas of this build', () => {
  const routes = areas.flatMap((a) => a.routes)
  it('list nothing that has no page', () => {
    const names = new Set(routes.map((r) => r.name))
    expect(areas.flatMap((a) => a.menu).filter((m) => !names.has(m.route))).toEqual([])
  })
  it('give every page a name, a title and a permission, and no name twice', () => {
    expect(routes.filter((r) => !r.name || (!r.redirect && !r.meta?.title)).map((r) => r.path)).toEqual([])
    expect(routes.filter((r) => !r.redirect && !r.meta?.open && r.meta?.permission === undefined).map((r) => r.path)).toEqual([])
    expect(new Set(routes.map((r) => r.name)).size).toBe(routes.length)
  })
  it('load every page on demand', () => {
    expect(routes.filter((r) => !r.redirect && typeof r.component !== 'function').map((r) => r.path)).toEqual([])
  })
})
