import type { components } from '@/api/schema'

/** How the installation stands, as the server tells it. */
export type Care = components['schemas']['AppCareBody']
