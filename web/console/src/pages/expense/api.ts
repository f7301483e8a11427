import { api } from '@/api/api'
import { apiFetch, must, withKey } from '@/api/client'

const at = (project: string) => ({ project })
const one = (project: string, expense: string) => ({ project, expense })

export type State = 'asked' | 'approved' | 'refused' | 'withdrawn' | 'voided'
export type ExpenseFilter = { state?: State; category_id?: string; book?: 'company' | 'public'; paid_from?: 'cash' | 'bank'; book_from?: string; book_until?: string; q?: string }

export const readExpenses = (project: string, query: ExpenseFilter & { count?: boolean; cursor?: string; limit?: number }) =>
  must(api.GET('/api/v1/projects/{project}/expenses', { params: { path: at(project), query } }))
export type Expense = Awaited<ReturnType<typeof readExpenses>>['items'][number]
export const readCategories = (project: string) => must(api.GET('/api/v1/projects/{project}/expense-categories', { params: { path: at(project) } }))
export type Category = Awaited<ReturnType<typeof readCategories>>['items'][number]
export const addCommon = (project: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/expense-category-sets', { params: { path: at(project) }, headers: withKey(key) }))
export interface NewCategory { name: string; book: 'company' | 'public'; direction: 'out' | 'in'; account?: 6401 | 6402 | 6403 | 6601 | 6602 | 6603 }
export const addCategory = (project: string, body: NewCategory, key: string) =>
  must(api.POST('/api/v1/projects/{project}/expense-categories', { params: { path: at(project) }, body, headers: withKey(key) }))
export const editCategory = (project: string, category: string, body: { name: string; active: boolean; version: number }) =>
  must(api.PATCH('/api/v1/projects/{project}/expense-categories/{category}', { params: { path: { project, category } }, body }))
export interface NewExpense { category_id: string; supplier?: string; amount: number; date: string; note?: string; paid_from: 'cash' | 'bank'; file_id?: string }
export const enterExpense = (project: string, body: NewExpense, key: string) =>
  must(api.POST('/api/v1/projects/{project}/expenses', { params: { path: at(project) }, body, headers: withKey(key) }))
export const decideExpense = (project: string, id: string, body: { approve: boolean; note?: string; version: number }, key: string) =>
  must(api.POST('/api/v1/projects/{project}/expenses/{expense}/decision', { params: { path: one(project, id) }, body, headers: withKey(key) }))
export const withdrawExpense = (project: string, id: string, version: number, key: string) =>
  must(api.POST('/api/v1/projects/{project}/expenses/{expense}/withdraw', { params: { path: one(project, id) }, body: { version }, headers: withKey(key) }))
export const voidExpense = (project: string, id: string, body: { reason: string; version: number }, key: string) =>
  must(api.POST('/api/v1/projects/{project}/expenses/{expense}/void', { params: { path: one(project, id) }, body, headers: withKey(key) }))

/** Sends an attachment. The body is a form, which the typed client does not write. */
export async function attach(project: string, file: File): Promise<{ file_id: string; name: string; size: number }> {
  const form = new FormData()
  form.append('file', file, file.name)
  const address = new URL(`/api/v1/projects/${project}/expense-files`, location.origin)
  const answer = await apiFetch(new Request(address, { method: 'POST', body: form }))
  return (await answer.json()) as { file_id: string; name: string; size: number }
}
export const fileAddress = (project: string, id: string): string => `/api/v1/projects/${project}/expenses/${id}/file`
