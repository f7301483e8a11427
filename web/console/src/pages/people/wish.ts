import { api } from '@/api/api'
import { must, withKey } from '@/api/client'

const W = '/api/v1/projects/{project}/people/{person}/contact-wish' as const

export const readWish = (project: string, person: string) => must(api.GET(W, { params: { path: { project, person } } }))
export const putWish = (project: string, person: string, quiet: boolean, key: string) =>
  must(api.PUT(W, { params: { path: { project, person } }, body: { quiet }, headers: withKey(key) }))
