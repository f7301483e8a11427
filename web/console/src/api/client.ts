import createFetchClient, { type Client, type Middleware } from 'openapi-fetch'
import { errorOf, networkError } from './errors'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

type Listener = () => void
let signedOut: Listener = () => undefined

/** Registers the one reaction to "the session has ended" (401 outside of the login itself). */
export function onSignedOut(listener: Listener): void {
  signedOut = listener
}

/** Fetch with the rules of this API: own cookie, CSRF header on unsafe requests, problems thrown as ApiError. */
export async function apiFetch(input: Request): Promise<Response> {
  const request = new Request(input, { credentials: 'same-origin' })
  if (!SAFE.has(request.method)) request.headers.set('X-Linli', '1')
  let response: Response
  try {
    response = await fetch(request)
  } catch (cause) {
    if (request.signal.aborted) throw cause
    throw networkError()
  }
  if (response.ok) return response
  if (response.status === 401 && !new URL(request.url).pathname.endsWith('/api/v1/session')) signedOut()
  throw await errorOf(response)
}

/**
 * The typed client over the generated types: `const api = createApi<paths>()`.
 * A failed request throws ApiError, so `must(api.GET(…))` is always data.
 */
export function createApi<Paths extends object>(...middleware: Middleware[]): Client<Paths> {
  const client = createFetchClient<Paths>({ baseUrl: location.origin, fetch: apiFetch })
  client.use(...middleware)
  return client
}

/** The data of an answer; errors were thrown before. */
export async function must<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer
  return data as T
}

/** Headers of a command: one key for one intention, from useIntent(). */
export function withKey(key: string): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': key }
}

interface SendOptions { body?: unknown; key?: string; signal?: AbortSignal }

/** An untyped request, for the few endpoints the frame itself needs before any page is loaded. */
export async function send<T>(method: string, path: string, options: SendOptions = {}): Promise<T> {
  const headers = new Headers({ Accept: 'application/json' })
  if (options.body !== undefined) headers.set('Content-Type', 'application/json')
  if (options.key) headers.set('Idempotency-Key', options.key)
  const init: RequestInit = { method, headers }
  if (options.body !== undefined) init.body = JSON.stringify(options.body)
  if (options.signal) init.signal = options.signal
  const response = await apiFetch(new Request(new URL(path, location.origin), init))
  if (response.status === 204 || response.headers.get('Content-Length') === '0') return undefined as T
  const text = await response.text()
  return (text ? JSON.parse(text) : undefined) as T
}
