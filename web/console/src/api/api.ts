import { createApi } from './client'
import type { paths } from './schema'

/** The typed client of the product's own API. */
export const api = createApi<paths>()
