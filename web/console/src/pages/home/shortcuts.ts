import type { MenuItem, MenuSection } from '@/router/menu'

/** What each desk opens all day, by the page that only it has: the counter, the books, the reports of a manager, and the front desk. */
const desks: [page: string, often: string[]][] = [
  ['counter', ['counter', 'households', 'shift', 'receipts', 'dunning', 'deposits']],
  ['bank', ['runs', 'charges', 'reconcile', 'bank', 'reports', 'book-months']],
  ['reports', ['households', 'runs', 'dunning', 'reports', 'roomStates', 'takings']],
  ['households', ['households', 'roomStates', 'corrections', 'dunning', 'charges', 'receipts']],
]

/** What a role does most: the pages of its desk; then those that need a right to act before those that only show, at most `most` of them. */
export function shortcuts(sections: MenuSection[], permissionsOf: (route: string) => string[], most = 6): MenuItem[] {
  const items = sections.filter((s) => s.group !== 'top' && s.group !== 'manage').flatMap((s) => s.items).filter((i) => i.project)
  const acts = (item: MenuItem) => permissionsOf(item.route).every((p) => !p.endsWith('.read'))
  const often = desks.find(([page]) => items.some((i) => i.route === page))?.[1] ?? []
  const first = often.flatMap((route) => items.filter((i) => i.route === route))
  const rest = items.filter((i) => !first.includes(i))
  return [...first, ...rest.filter(acts), ...rest.filter((i) => !acts(i))].slice(0, most)
}
