import { send } from './client'

export interface Account { id: string; name: string; login: string; totp?: boolean; recovery_left?: number }
/** A role held on one project, or on all of them when project_id is null. */
export interface HeldRole { project_id: string | null; role: string; role_name: string }
export interface ProjectRef { id: string; name: string; kind: string }
/** The rights on one project, or on all of them when project_id is null; with building_ids only on these buildings of it. */
export interface HeldGrant { project_id: string | null; permissions: string[]; building_ids?: string[] }
export interface Session { account: Account; company?: string; due?: string; password_min?: number; roles: HeldRole[]; permissions: string[]; grants?: HeldGrant[]; projects: ProjectRef[] }

export const readSession = (): Promise<Session> => send('GET', '/api/v1/session')
export const signIn = (body: { login: string; password: string; remember: boolean; code?: string }): Promise<unknown> =>
  send('POST', '/api/v1/session', { body })
export const signOut = (): Promise<unknown> => send('DELETE', '/api/v1/session')

export const readSetup = (): Promise<{ open: boolean }> => send('GET', '/api/v1/setup')
export const runSetup = (body: { company: string; name: string; login: string; password: string }, key: string): Promise<unknown> =>
  send('POST', '/api/v1/setup', { body, key })
