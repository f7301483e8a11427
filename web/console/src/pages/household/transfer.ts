import { api } from '@/api/api'
import { must, withKey } from '@/api/client'

/** What a change of hands on this day would mean for both sides. */
export const previewTransfer = (project: string, room: string, date: string, to: string) =>
  must(api.GET('/api/v1/projects/{project}/rooms/{room}/transfer-preview', { params: { path: { project, room }, query: { date, ...(to ? { to } : {}) } } }))
export type TransferPreview = Awaited<ReturnType<typeof previewTransfer>>

export interface TransferInput { to_id: string; date: string; move_wallet: boolean; leaving: string[]; note: string }
export const transferRoom = (project: string, room: string, body: TransferInput, key: string) =>
  must(api.POST('/api/v1/projects/{project}/rooms/{room}/transfers', { params: { path: { project, room } }, body, headers: withKey(key) }))

export const undoTransfer = (project: string, transfer: string, reason: string, key: string) =>
  must(api.POST('/api/v1/projects/{project}/transfers/{transfer}/undo', { params: { path: { project, transfer } }, body: { reason }, headers: withKey(key) }))
