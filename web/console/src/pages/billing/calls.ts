import { api } from '@/api/api'
import { apiFetch, must, withKey } from '@/api/client'
import type { Answer, ChargeQuery, DiscountFields, HolidayFields, ItemFields, LateTermsFields, Lpr, RateFields, ScopeFields, TrialFields } from './types'

/** The operations of the billing room that these pages use; all inside one project. */
const P = '/api/v1/projects/{project}' as const

export const readItems = (project: string) => must(api.GET(`${P}/items`, { params: { path: { project } } }))
export const readItem = (project: string, item: string) => must(api.GET(`${P}/items/{item}`, { params: { path: { project, item } } }))
export const createItem = (project: string, body: ItemFields, key: string) =>
  must(api.POST(`${P}/items`, { params: { path: { project } }, body, headers: withKey(key) }))
export const editItem = (project: string, item: string, body: ItemFields & { state: 'active' | 'retired'; version: number }, key: string) =>
  must(api.PUT(`${P}/items/{item}`, { params: { path: { project, item } }, body, headers: withKey(key) }))
export const readRates = (project: string, item: string) => must(api.GET(`${P}/items/{item}/rates`, { params: { path: { project, item } } }))
export const addRate = (project: string, item: string, body: RateFields, key: string) =>
  must(api.POST(`${P}/items/{item}/rates`, { params: { path: { project, item } }, body, headers: withKey(key) }))
export const readLateTerms = (project: string, item: string) => must(api.GET(`${P}/items/{item}/late-terms`, { params: { path: { project, item } } }))
export const addLateTerms = (project: string, item: string, body: LateTermsFields, key: string) =>
  must(api.POST(`${P}/items/{item}/late-terms`, { params: { path: { project, item } }, body, headers: withKey(key) }))
export const readHolidays = (project: string) => must(api.GET(`${P}/holidays`, { params: { path: { project } } }))
export const putHolidays = (project: string, body: HolidayFields, key: string) =>
  must(api.POST(`${P}/holidays`, { params: { path: { project } }, body, headers: withKey(key) }))
export const readLprs = (project: string) => must(api.GET(`${P}/lprs`, { params: { path: { project } } }))
export const addLpr = (project: string, body: Lpr, key: string) => must(api.POST(`${P}/lprs`, { params: { path: { project } }, body, headers: withKey(key) }))
export const readScopes = (project: string, item: string) => must(api.GET(`${P}/items/{item}/assignments`, { params: { path: { project, item } } }))
export const addScope = (project: string, item: string, body: ScopeFields, key: string) =>
  must(api.POST(`${P}/items/{item}/assignments`, { params: { path: { project, item } }, body, headers: withKey(key) }))
export const previewScope = (project: string, item: string, body: ScopeFields) =>
  must(api.POST(`${P}/items/{item}/assignment-previews`, { params: { path: { project, item } }, body }))
export const readNext = (project: string, item: string, room: string) =>
  must(api.GET(`${P}/items/{item}/next-charge`, { params: { path: { project, item }, query: room ? { room_id: room } : {} } }))
export const endScope = (project: string, assignment: string, body: { until_date: string; version: number }, key: string) =>
  must(api.POST(`${P}/assignments/{assignment}/end`, { params: { path: { project, assignment } }, body, headers: withKey(key) }))
export const checkFormula = (project: string, body: { formula: string; price?: number; room_id?: string }) =>
  must(api.POST(`${P}/formula-checks`, { params: { path: { project } }, body }))

export const simulateRate = (project: string, item: string, body: TrialFields) =>
  must(api.POST(`${P}/items/{item}/simulations`, { params: { path: { project, item } }, body }))

export const readDiscounts = (project: string, query: { state?: 'asked' | 'approved'; cursor?: string; limit?: number }) =>
  must(api.GET(`${P}/discounts`, { params: { path: { project }, query } }))
export const askDiscount = (project: string, item: string, body: DiscountFields, key: string) =>
  must(api.POST(`${P}/items/{item}/discounts`, { params: { path: { project, item } }, body, headers: withKey(key) }))
/** Sends a picture that a discount rests on. The body is a form, which the typed client does not write. */
export async function sendDiscountPhoto(project: string, photo: Blob): Promise<string> {
  const form = new FormData()
  form.append('file', photo, 'photo.jpg')
  const answer = await apiFetch(new Request(new URL(`/api/v1/projects/${project}/discount-photos`, location.origin), { method: 'POST', body: form }))
  return ((await answer.json()) as Answer<'add-discount-photo'>).photo_id
}
export const discountPhoto = (project: string, discount: string, no: number): string => `/api/v1/projects/${project}/discounts/${discount}/photos/${no}`
export const approveDiscount = (project: string, discount: string, version: number, key: string) =>
  must(api.POST(`${P}/discounts/{discount}/approve`, { params: { path: { project, discount } }, body: { version }, headers: withKey(key) }))
export const refuseDiscount = (project: string, discount: string, body: { note: string; version: number }, key: string) =>
  must(api.POST(`${P}/discounts/{discount}/refuse`, { params: { path: { project, discount } }, body, headers: withKey(key) }))
export const withdrawDiscount = (project: string, discount: string, version: number, key: string) =>
  must(api.POST(`${P}/discounts/{discount}/withdraw`, { params: { path: { project, discount } }, body: { version }, headers: withKey(key) }))
export const endDiscount = (project: string, discount: string, body: { until_date: string; version: number }, key: string) =>
  must(api.POST(`${P}/discounts/{discount}/end`, { params: { path: { project, discount } }, body, headers: withKey(key) }))

export const readRuns = (project: string, cursor: string, limit = 50) => must(api.GET(`${P}/runs`, { params: { path: { project }, query: { cursor, limit } } }))
export const startRun = (project: string, month: string, key: string) =>
  must(api.POST(`${P}/runs`, { params: { path: { project } }, body: { month }, headers: withKey(key) }))
export const readRun = (project: string, run: string) => must(api.GET(`${P}/runs/{run}`, { params: { path: { project, run } } }))
export const readSpread = (project: string, run: string) => must(api.GET(`${P}/runs/{run}/spread`, { params: { path: { project, run } } }))
export const readLooks = (project: string, run: string, cursor: string) =>
  must(api.GET(`${P}/runs/{run}/looks`, { params: { path: { project, run }, query: { cursor, limit: 100 } } }))
export const readLines = (project: string, run: string, query: { hold?: 'normal' | 'held' | 'dropped'; room_id?: string; item_id?: string; cursor?: string }) =>
  must(api.GET(`${P}/runs/{run}/lines`, { params: { path: { project, run }, query: { ...query, limit: 100 } } }))
export const releaseRun = (project: string, run: string, version: number, key: string) =>
  must(api.POST(`${P}/runs/{run}/release`, { params: { path: { project, run } }, body: { version }, headers: withKey(key) }))
export const withdrawRun = (project: string, run: string, body: { version: number; reason: string }, key: string) =>
  must(api.POST(`${P}/runs/{run}/withdraw`, { params: { path: { project, run } }, body, headers: withKey(key) }))

interface Line { project: string; run: string; charge: string }
export const correctLine = (path: Line, body: { seen_amount: number; amount: number; reason: string }, key: string) =>
  must(api.POST(`${P}/runs/{run}/lines/{charge}/correct`, { params: { path: { ...path } }, body, headers: withKey(key) }))
export const holdLine = (path: Line, reason: string, key: string) =>
  must(api.POST(`${P}/runs/{run}/lines/{charge}/hold`, { params: { path: { ...path } }, body: { reason }, headers: withKey(key) }))
export const dropLine = (path: Line, reason: string, key: string) =>
  must(api.POST(`${P}/runs/{run}/lines/{charge}/drop`, { params: { path: { ...path } }, body: { reason }, headers: withKey(key) }))
export const restoreLine = (path: Line, reason: string, key: string) =>
  must(api.POST(`${P}/runs/{run}/lines/{charge}/restore`, { params: { path: { ...path } }, body: { reason }, headers: withKey(key) }))
export const releaseLine = (path: Line, reason: string, key: string) =>
  must(api.POST(`${P}/runs/{run}/lines/{charge}/release`, { params: { path: { ...path } }, body: { reason }, headers: withKey(key) }))

export const readCharges = (project: string, query: ChargeQuery) => must(api.GET(`${P}/charges`, { params: { path: { project }, query } }))
export const readExplanation = (project: string, charge: string) =>
  must(api.GET(`${P}/charges/{charge}/explanation`, { params: { path: { project, charge } } }))

export const readBuildings = (project: string) => must(api.GET(`${P}/buildings`, { params: { path: { project } } }))
export const findRooms = (project: string, q: string) => must(api.GET(`${P}/rooms`, { params: { path: { project }, query: { q, limit: 20 } } }))
