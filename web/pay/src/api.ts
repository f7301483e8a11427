import type { paths } from '@console/api/schema'

/** What the server knows about the code in the address; types are those of the API document. */
type Answer<P extends keyof paths, M extends 'get' | 'post', S extends number> =
  paths[P][M] extends { responses: infer R } ? S extends keyof R ? R[S] extends { content: { 'application/json': infer B } } ? B : never : never : never

export type Bill = Answer<'/api/v1/pay/{token}', 'get', 200>
export type Order = Answer<'/api/v1/pay/{token}/orders/{order}', 'get', 200>
export type Explanation = Answer<'/api/v1/pay/{token}/charges/{charge}', 'get', 200>
export type Message = Answer<'/api/v1/pay/{token}/messages', 'get', 200>['items'][number]
export type Proof = Answer<'/api/v1/receipt-proofs/{token}', 'get', 200>
export type Month = Bill['months'][number]
export type Way = Bill['ways'][number]
export interface Ask { channel: string; phone: boolean; desk?: boolean; payer?: string; months?: string[]; merchant_id?: string; amount: number }

/** A refusal that the server words for people. */
export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, message: string) { super(message) }
}
/** No answer: the line broke, or took too long. */
export class Offline extends Error {}

const PATIENCE = 15_000

/** The token is the last part of the address that was scanned. */
export const tokenOf = (path: string): string => decodeURIComponent(path.replace(/^\/pay\//, '').split('/')[0] ?? '')

/** The token of a receipt's paper, where the address is that of one; else null. */
export const proofTokenOf = (path: string): string | null => (/^\/pay\/r\//.test(path) ? decodeURIComponent(path.split('/')[3] ?? '') : null)

function caller(root: string, fetcher: typeof fetch) {
  return async function call<T>(method: 'GET' | 'POST', path: string, body?: unknown, key?: string): Promise<T> {
    let answer: Response
    try {
      answer = await fetcher(root + path, {
        method, cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(PATIENCE),
        headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(key ? { 'idempotency-key': key } : {}) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch {
      throw new Offline()
    }
    if (answer.ok) return (await answer.json()) as T
    const said = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string }
    throw new Refused(answer.status, said.code ?? '', said.detail ?? '')
  }
}

/** What the server knows of the receipt whose paper carries the token. */
export const readProof = (token: string, fetcher: typeof fetch = (...a) => fetch(...a)) => caller(`/api/v1/receipt-proofs/${encodeURIComponent(token)}`, fetcher)<Proof>('GET', '')

export function payApi(token: string, fetcher: typeof fetch = (...a) => fetch(...a)) {
  const call = caller(`/api/v1/pay/${encodeURIComponent(token)}`, fetcher)
  return {
    bill: () => call<Bill>('GET', ''),
    explain: (charge: string) => call<Explanation>('GET', `/charges/${charge}`),
    messages: () => call<{ items: Message[] }>('GET', '/messages'),
    /** Reads one; the first time counts as read, asking again does no harm. */
    open: (message: string) => call<Message>('POST', `/messages/${message}/open`, {}),
    pay: (ask: Ask, key: string) => call<Order>('POST', '/orders', ask, key),
    who: (channel: string, code: string) => call<{ payer: string }>('POST', '/payer', { channel, code }, ''),
    order: (id: string) => call<Order>('GET', `/orders/${id}`),
    cancel: (id: string, key: string) => call<Order>('POST', `/orders/${id}/cancel`, {}, key),
  }
}
export type PayApi = ReturnType<typeof payApi>
