import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Account = Schemas['IdentityAccountBody']
export type Grant = Schemas['IdentityAccountGrant']
export type Role = Schemas['IdentityRoleBody']
export type AuditRow = Schemas['AuditRow']
export type Right = Schemas['IdentityRightBody']
export type Policy = Schemas['IdentityPolicyBody']
export type Contact = Schemas['IdentityContactBody']
export type Notice = Schemas['IdentityNoticeBody']
