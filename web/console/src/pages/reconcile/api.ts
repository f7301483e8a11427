import { api } from '@/api/api'
import { must, withKey } from '@/api/client'

export type StateFilter = 'even' | 'waiting'
export const readStatements = (project: string, query: { state?: StateFilter; cursor?: string; limit: number }) =>
  must(api.GET('/api/v1/projects/{project}/statements', { params: { path: { project }, query } }))
export const readChannelSums = (project: string, query: { from?: string; until?: string }) =>
  must(api.GET('/api/v1/projects/{project}/statements/sums', { params: { path: { project }, query } }))
export type ChannelSum = Awaited<ReturnType<typeof readChannelSums>>['items'][number]
export type Statement = Awaited<ReturnType<typeof readStatements>>['items'][number]
export const readStatement = (project: string, statement: string) =>
  must(api.GET('/api/v1/projects/{project}/statements/{statement}', { params: { path: { project, statement } } }))
export type Channel = Statement['channel']
export const fetchStatement = (project: string, channel: Channel, day: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/statements', { params: { path: { project } }, body: { channel, day }, headers: withKey(key) }))

export const readDifferences = (project: string, query: { statement_id?: string; state: 'open' | 'done' | 'gone'; count?: boolean; cursor?: string; limit: number }) =>
  must(api.GET('/api/v1/projects/{project}/differences', { params: { path: { project }, query } }))
export type Difference = Awaited<ReturnType<typeof readDifferences>>['items'][number]
export type Remedy = Difference['remedies'][number]
export const settleDifference = (project: string, difference: string, remedy: Remedy['remedy'], note: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/differences/{difference}/settle', { params: { path: { project, difference } }, body: { remedy, note }, headers: withKey(key) }))
