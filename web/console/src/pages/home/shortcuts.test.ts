import { expect, it } from 'vitest'
import type { MenuItem, MenuSection } from '@/router/menu'
import { shortcuts } from './shortcuts'

const item = (route: string, project = true) => ({ route, title: route, group: 'charge', icon: 'cash', order: 1, project }) as MenuItem
const sections: MenuSection[] = [
  { group: 'top', items: [item('home')] },
  { group: 'charge', items: [item('charges'), item('counter')] },
  { group: 'manage', items: [item('accounts', false)] },
]
const rights: Record<string, string[]> = { charges: ['billing.read'], counter: ['cashier.receive'] }

it('puts what is acted on before what is looked at, and leaves home and settings out', () => {
  expect(shortcuts(sections, (r) => rights[r] ?? []).map((i) => i.route)).toEqual(['counter', 'charges'])
  expect(shortcuts(sections, (r) => rights[r] ?? [], 1)).toHaveLength(1)
})
