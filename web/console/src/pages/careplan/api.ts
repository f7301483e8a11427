import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { operations } from '@/api/schema'

type Sent<K extends keyof operations> = operations[K] extends { requestBody: { content: { 'application/json': infer B } } } ? B : never
type Answer<K extends keyof operations> = operations[K] extends { responses: { 200: { content: { 'application/json': infer B } } } } ? B : never
const P = '/api/v1/projects/{project}' as const

export type Due = Answer<'list-care-due'>['items'][number]
export type Plan = Answer<'list-care-plans'>['items'][number]
export type Visit = Answer<'list-care-visits'>['items'][number]
export type When = 'waiting' | 'overdue' | 'all'
export type VisitQuery = NonNullable<operations['list-care-visits']['parameters']['query']>
export type Found = NonNullable<VisitQuery['result']>
export type VisitInput = Sent<'record-care-visit'>
export type Result = VisitInput['result']
export type PlanInput = Sent<'create-care-plan'>
export type PlanEdit = Sent<'edit-care-plan'>

export const readDue = (project: string, query: { plan_id?: string; when?: When; building_id?: string; q?: string; count?: boolean; cursor?: string; limit?: number }) =>
  must(api.GET(`${P}/care-due`, { params: { path: { project }, query } }))
export const readPlans = (project: string, query: { state?: 'active' | 'ended'; cursor?: string; limit?: number }) =>
  must(api.GET(`${P}/care-plans`, { params: { path: { project }, query } }))
export const readVisits = (project: string, query: VisitQuery) =>
  must(api.GET(`${P}/care-visits`, { params: { path: { project }, query } }))
export const recordVisit = (project: string, plan: string, body: VisitInput, key: string) =>
  must(api.POST(`${P}/care-plans/{care_plan}/visits`, { params: { path: { project, care_plan: plan } }, body, headers: withKey(key) }))
export const withdrawVisit = (project: string, visit: string, reason: string, key: string) =>
  must(api.POST(`${P}/care-visits/{care_visit}/withdraw`, { params: { path: { project, care_visit: visit } }, body: { reason }, headers: withKey(key) }))
export const createPlan = (project: string, body: PlanInput, key: string) => must(api.POST(`${P}/care-plans`, { params: { path: { project } }, body, headers: withKey(key) }))
export const editPlan = (project: string, plan: string, body: PlanEdit, key: string) =>
  must(api.PUT(`${P}/care-plans/{care_plan}`, { params: { path: { project, care_plan: plan } }, body, headers: withKey(key) }))
export const readBuildings = (project: string) => must(api.GET(`${P}/buildings`, { params: { path: { project } } }))
