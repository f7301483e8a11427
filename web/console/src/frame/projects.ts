import type { RouteLocationNormalizedLoaded, RouteLocationRaw } from 'vue-router'
import type { MenuSection } from '@/router/menu'

/** The projects whose name has every word that was typed, names that begin with it first; the order stays otherwise. */
export function findProjects<P extends { name: string }>(projects: readonly P[], query: string): P[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const first = words[0]
  if (!first) return [...projects]
  const hits = projects.filter((p) => words.every((w) => p.name.toLowerCase().includes(w)))
  const begins = (p: P) => (p.name.toLowerCase().startsWith(first) ? 0 : 1)
  return hits.sort((a, b) => begins(a) - begins(b))
}

/**
 * Where the work goes on in another project: on the page that is open, or the list that it belongs to, when the menu leads
 * there in that project, too; otherwise where that project begins. What was picked on the page belongs to the project before.
 */
export function samePage(here: Pick<RouteLocationNormalizedLoaded, 'name' | 'meta' | 'params'>, project: string, menu: MenuSection[]): RouteLocationRaw {
  const item = here.params.project ? menu.flatMap((s) => s.items).find((i) => i.project && (i.route === here.name || i.route === here.meta.under)) : undefined
  return { name: item?.route ?? 'project', params: { project } }
}
