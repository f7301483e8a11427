import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Home = Schemas['ScreenHomeBody']
export type Takings = Schemas['ScreenTakingsShape']
export type Draft = Schemas['ScreenDraftRun']
