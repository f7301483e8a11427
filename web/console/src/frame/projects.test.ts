import { expect, it } from 'vitest'
import type { MenuItem } from '@/router/menu'
import { findProjects, samePage } from './projects'

const all = ['翠湖花园', '滨江翠苑', '翠湖花园二期', 'Park 花园', '云栖小镇'].map((name, n) => ({ id: String(n), name }))
const names = (query: string) => findProjects(all, query).map((p) => p.name)

it.each([
  ['', ['翠湖花园', '滨江翠苑', '翠湖花园二期', 'Park 花园', '云栖小镇']],
  ['  ', ['翠湖花园', '滨江翠苑', '翠湖花园二期', 'Park 花园', '云栖小镇']],
  ['翠', ['翠湖花园', '翠湖花园二期', '滨江翠苑']],
  ['花园 二', ['翠湖花园二期']],
  ['park', ['Park 花园']],
  ['西湖', []],
])('a project is found by a part of its name: %s', (query, want) => expect(names(query)).toEqual(want))

const item = (route: string, project = true): MenuItem => ({ route, group: 'charge', icon: 'list', order: 1, title: route, project })
const menu = [{ group: 'charge' as const, items: [item('charges'), item('households'), item('accounts', false)] }]
it.each([
  ['the page that is open', { name: 'charges', meta: {}, params: { project: '1' } }, 'charges'],
  ['the list of a record', { name: 'household', meta: { under: 'households' }, params: { project: '1', household: '5' } }, 'households'],
  ['its first page, where the page is not open there', { name: 'reports', meta: {}, params: { project: '1' } }, 'project'],
  ['its first page, from a page of the company', { name: 'accounts', meta: {}, params: {} }, 'project'],
])('another project begins with %s', (_, here, name) => expect(samePage(here, '2', menu)).toEqual({ name, params: { project: '2' } }))
