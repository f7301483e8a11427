import { api } from '@/api/api'
import { must } from '@/api/client'
import type { components } from '@/api/schema'

export type PrintSetting = components['schemas']['CashierPrintSetting']
export type Paper = '80' | 'a4' | '241'

const at = (project: string) => ({ path: { project } })

export const readPrint = (project: string) => must(api.GET('/api/v1/projects/{project}/print-setting', { params: at(project) }))
export const putPrint = (project: string, body: PrintSetting) => must(api.PUT('/api/v1/projects/{project}/print-setting', { params: at(project), body }))
/** The paper as it would come out, before it is saved. */
export const printSample = (project: string, paper: Paper, { header, footer, phone, stamp, stamp_roll }: Omit<PrintSetting, 'version'>) =>
  must(api.GET('/api/v1/projects/{project}/print-setting/sample', { params: { ...at(project), query: { paper, header, footer, phone, stamp, stamp_roll } }, parseAs: 'text' }))

export type Series = components['schemas']['Series']
export const putPrefix = (project: string, series: string, year: number, prefix: string) =>
  must(api.PUT('/api/v1/projects/{project}/series/{series}', { params: { path: { project, series } }, body: { year, prefix } }))
