import { api } from '@/api/api'
import { must, withKey } from '@/api/client'
import type { operations } from '@/api/schema'

type Sent<K extends keyof operations> = operations[K] extends { requestBody: { content: { 'application/json': infer B } } } ? B : never
type Answer<K extends keyof operations> = operations[K] extends { responses: { 200: { content: { 'application/json': infer B } } } } ? B : never
const P = '/api/v1/projects/{project}' as const

export type Bundle = Answer<'read-bundle'>
export type BundleInput = Sent<'create-bundle'>
export type BundleEdit = Sent<'edit-bundle'>
export type Giving = Sent<'give-bundle'>
export type BundleUse = Answer<'list-bundle-uses'>['items'][number]
export type BundleGap = Answer<'list-bundle-gaps'>['items'][number]
export type Effect = Answer<'preview-bundle'>['effects'][number]

export const readBundles = (project: string, query: { q?: string; state?: 'active' | 'retired'; cursor?: string; limit?: number }) =>
  must(api.GET(`${P}/bundles`, { params: { path: { project }, query } }))
export const readBundle = (project: string, bundle: string) => must(api.GET(`${P}/bundles/{bundle}`, { params: { path: { project, bundle } } }))
export const createBundle = (project: string, body: BundleInput, key: string) => must(api.POST(`${P}/bundles`, { params: { path: { project } }, body, headers: withKey(key) }))
export const editBundle = (project: string, bundle: string, body: BundleEdit, key: string) =>
  must(api.PUT(`${P}/bundles/{bundle}`, { params: { path: { project, bundle } }, body, headers: withKey(key) }))
export const previewBundle = (project: string, bundle: string, body: Giving) => must(api.POST(`${P}/bundles/{bundle}/previews`, { params: { path: { project, bundle } }, body }))
export const giveBundle = (project: string, bundle: string, body: Giving, key: string) =>
  must(api.POST(`${P}/bundles/{bundle}/uses`, { params: { path: { project, bundle } }, body, headers: withKey(key) }))
export const readUses = (project: string, bundle: string, query: { cursor?: string; limit?: number }) =>
  must(api.GET(`${P}/bundles/{bundle}/uses`, { params: { path: { project, bundle }, query } }))
export const readGaps = (project: string, bundle: string) => must(api.GET(`${P}/bundles/{bundle}/gaps`, { params: { path: { project, bundle } } }))
export const undoUse = (project: string, use: string, body: { reason: string; version: number }, key: string) =>
  must(api.POST(`${P}/bundle-uses/{bundle_use}/undo`, { params: { path: { project, bundle_use: use } }, body, headers: withKey(key) }))
export const fillUse = (project: string, use: string, body: { from_date: string; version: number; bundle_version: number }, key: string) =>
  must(api.POST(`${P}/bundle-uses/{bundle_use}/fill`, { params: { path: { project, bundle_use: use } }, body, headers: withKey(key) }))
