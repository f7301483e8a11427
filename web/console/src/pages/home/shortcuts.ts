import type { MenuItem, MenuSection } from '@/router/menu'

/** What a role does most: pages that need a right to act stand before pages that only show, at most `most` of them. */
export function shortcuts(sections: MenuSection[], permissionsOf: (route: string) => string[], most = 6): MenuItem[] {
  const items = sections.filter((s) => s.group !== 'top' && s.group !== 'manage').flatMap((s) => s.items).filter((i) => i.project)
  const acts = (item: MenuItem) => permissionsOf(item.route).every((p) => !p.endsWith('.read'))
  return [...items.filter(acts), ...items.filter((i) => !acts(i))].slice(0, most)
}
