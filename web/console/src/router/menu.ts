import type { RouteRecordRaw } from 'vue-router'
import type { Area, MenuEntry, MenuGroup } from './area'

const found = import.meta.glob<{ area: Area }>('../pages/*/area.ts', { eager: true })

/** All areas of the console, in the order of their folders. */
export const areas: Area[] = Object.keys(found).sort().map((path) => found[path]!.area)

export interface MenuItem extends MenuEntry { title: string; project: boolean }
export interface MenuSection { group: MenuGroup; items: MenuItem[] }

const order: MenuGroup[] = ['top', 'charge', 'bill', 'household', 'service', 'books', 'manage']

/** Whether one of the named permissions is held; a page without a permission is open to every session. */
export function allowed(permission: string | string[] | undefined, held: ReadonlySet<string>): boolean {
  if (permission === undefined) return true
  return (Array.isArray(permission) ? permission : [permission]).some((p) => held.has(p))
}

/**
 * The menu for a session: entries without a route, and those the session may not open, are not in it. Company-wide pages
 * ask for what is held on all projects, pages that honour buildings for what is held on some of them.
 */
export function menuFor(all: Area[], held: ReadonlySet<string>, everywhere = held, reach = held): MenuSection[] {
  const routes = new Map<string, RouteRecordRaw>()
  for (const route of all.flatMap((a) => a.routes)) if (route.name) routes.set(String(route.name), route)
  const items = all.flatMap((a) => a.menu).flatMap((entry): MenuItem[] => {
    const route = routes.get(entry.route)
    if (!route) return []
    const project = !route.path.startsWith('/')
    if (!allowed(route.meta?.permission, !project ? everywhere : route.meta?.buildings ? reach : held)) return []
    return [{ ...entry, title: route.meta?.title ?? entry.route, project }]
  })
  return order.flatMap((group) => {
    const section = items.filter((i) => i.group === group).sort((a, b) => a.order - b.order)
    return section.length ? [{ group, items: section }] : []
  })
}
