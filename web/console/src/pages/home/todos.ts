import type { RouteLocationRaw } from 'vue-router'
import type { IconName } from '@/components/icons'
import { api } from '@/api/api'
import { must } from '@/api/client'
import { homeTexts as t } from '@/texts/home'

/** So many are counted; more are so many and more. */
export const MOST = 50

/** `buildings`: a right on some buildings is enough, the list leaves out the others. `own`: what was asked for by the same person waits for him, too. */
export interface Todo { key: keyof typeof t.todos; icon: IconName; permission: string | string[]; buildings?: boolean; own?: boolean; route: string; query?: Record<string, string>; read: (project: string) => Promise<{ items: unknown[]; next?: string }> }

const ask = (project: string) => ({ path: { project } })
/** What waits for a person's yes or for somebody's eye, each with the right that it takes and the page where it is done. */
export const todos: Todo[] = [
  { key: 'refunds', icon: 'retry', permission: 'cashier.approve', buildings: true, route: 'refunds', read: (p) => must(api.GET('/api/v1/projects/{project}/refunds', { params: { ...ask(p), query: { state: 'asked', limit: MOST } } })) },
  { key: 'settlements', icon: 'bank', permission: 'cashier.approve', buildings: true, route: 'deposit-settlements', read: (p) => must(api.GET('/api/v1/projects/{project}/deposit-settlements', { params: { ...ask(p), query: { state: 'asked', limit: MOST } } })) },
  { key: 'terminations', icon: 'exit', permission: 'cashier.approve', route: 'terminations', read: (p) => must(api.GET('/api/v1/projects/{project}/terminations', { params: { ...ask(p), query: { state: 'asked', limit: MOST } } })) },
  { key: 'waivers', icon: 'minus', permission: 'billing.waiver', route: 'waivers', read: (p) => must(api.GET('/api/v1/projects/{project}/waivers', { params: { ...ask(p), query: { state: 'asked', limit: MOST } } })) },
  { key: 'discounts', icon: 'percent', permission: 'billing.discount', route: 'discounts', read: (p) => must(api.GET('/api/v1/projects/{project}/discounts', { params: { ...ask(p), query: { state: 'asked', limit: MOST } } })) },
  { key: 'expenses', icon: 'wallet', permission: 'expense.approve', route: 'expenses', read: (p) => must(api.GET('/api/v1/projects/{project}/expenses', { params: { ...ask(p), query: { state: 'asked', limit: MOST } } })) },
  { key: 'corrections', icon: 'pen', permission: 'estate.correct', buildings: true, route: 'corrections', read: (p) => must(api.GET('/api/v1/projects/{project}/corrections', { params: { ...ask(p), query: { state: 'open', limit: MOST } } })) },
  { key: 'care', icon: 'chat', permission: 'careplan.visit', buildings: true, route: 'care-due', read: (p) => must(api.GET('/api/v1/projects/{project}/care-due', { params: { ...ask(p), query: { when: 'waiting', limit: MOST } } })) },
  { key: 'payouts', icon: 'cash', permission: 'cashier.red', buildings: true, own: true, route: 'refunds', query: { state: 'approved' }, read: (p) => must(api.GET('/api/v1/projects/{project}/refunds', { params: { ...ask(p), query: { state: 'approved', limit: MOST } } })) },
  { key: 'settled', icon: 'cash', permission: 'cashier.red', buildings: true, own: true, route: 'deposit-settlements', query: { state: 'approved' }, read: (p) => must(api.GET('/api/v1/projects/{project}/deposit-settlements', { params: { ...ask(p), query: { state: 'approved', limit: MOST } } })) },
  { key: 'differences', icon: 'scan', permission: 'payment.reconcile', route: 'reconcile', query: { state: 'open' }, read: (p) => must(api.GET('/api/v1/projects/{project}/differences', { params: { ...ask(p), query: { state: 'open', limit: MOST } } })) },
  { key: 'candidates', icon: 'alert', permission: 'payment.handle', route: 'refund-candidates', read: (p) => must(api.GET('/api/v1/projects/{project}/refund-candidates', { params: { ...ask(p), query: { state: 'open', limit: MOST } } })) },
  { key: 'holidays', icon: 'alert', permission: 'billing.item', route: 'items', read: async (p) => ({ items: (await must(api.GET('/api/v1/projects/{project}/holidays', { params: ask(p) }))).missing }) },
  { key: 'missed', icon: 'meter', permission: 'meter.record', buildings: true, route: 'readings', query: { shown: 'unread' }, read: (p) => must(api.GET('/api/v1/projects/{project}/missed-meters', { params: ask(p) })) },
  { key: 'bankRows', icon: 'bank', permission: 'cashier.bank', route: 'bank', read: (p) => must(api.GET('/api/v1/projects/{project}/bank-rows', { params: { ...ask(p), query: { state: 'open', limit: MOST } } })) },
]

/** Runs that wait for their review. The home page shows them one by one. */
export const drafts: Todo = {
  key: 'runs', icon: 'bill', permission: ['billing.release', 'billing.run'], route: 'runs',
  read: async (p) => ({ items: (await must(api.GET('/api/v1/projects/{project}/runs', { params: { ...ask(p), query: { limit: MOST } } }))).items.filter((r) => r.state === 'draft') }),
}

/** How many wait for this person: nobody decides on what he has asked for himself, but may pay it out. */
export function waiting(list: { items: unknown[]; next?: string }, own = false): { count: number; more: boolean } {
  const others = list.items.filter((i) => own || (i as { mine?: boolean }).mine !== true)
  return { count: others.length, more: Boolean(list.next) && others.length > 0 }
}

export const target = (todo: Todo, project: string): RouteLocationRaw => ({ name: todo.route, params: { project }, ...(todo.query ? { query: todo.query } : {}) })
