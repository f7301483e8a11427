import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApi, must, onSignedOut, send, withKey } from './client'
import { ApiError } from './errors'

interface TestPaths {
  '/api/v1/things': {
    get: { responses: { 200: { content: { 'application/json': { items: string[] } } } } }
    post: { requestBody: { content: { 'application/json': { name: string } } }; responses: { 201: { content: { 'application/json': { id: string } } } } }
  }
}

const seen: Request[] = []
let answer: () => Promise<Response>

function json(status: number, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return Promise.resolve(new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/problem+json', ...headers } }))
}

beforeEach(() => {
  seen.length = 0
  vi.stubGlobal('fetch', (request: Request) => {
    seen.push(request)
    return answer()
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('requests', () => {
  it('sends the CSRF header with unsafe methods only', async () => {
    answer = () => json(200, { items: [] })
    await must(createApi<TestPaths>().GET('/api/v1/things'))
    expect(seen[0]?.headers.get('X-Linli')).toBeNull()
    answer = () => json(201, { id: '7' })
    const made = await must(createApi<TestPaths>().POST('/api/v1/things', { body: { name: 'a' }, headers: withKey('k1') }))
    expect(made.id).toBe('7')
    expect(seen[1]?.headers.get('X-Linli')).toBe('1')
    expect(seen[1]?.headers.get('Idempotency-Key')).toBe('k1')
  })

  it('reads an empty answer', async () => {
    answer = () => Promise.resolve(new Response(null, { status: 204 }))
    await expect(send('DELETE', '/api/v1/session')).resolves.toBeUndefined()
  })
})

describe('problems', () => {
  it('become ApiError with the words of the server', async () => {
    answer = () => json(422, {
      type: 'about:blank', title: '填写有误', status: 422, code: 'invalid', detail: '手机号应为 11 位，现在是 10 位',
      errors: [{ location: 'body.phone', message: '应为 11 位' }],
    }, { 'X-Request-Id': 'E-7F3A2' })
    const error = await send('POST', '/api/v1/setup', { body: {} }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ApiError)
    const problem = error as ApiError
    expect(problem.detail).toBe('手机号应为 11 位，现在是 10 位')
    expect(problem.field('phone')).toBe('应为 11 位')
    expect(problem.reference).toBe('E-7F3A2')
    expect(problem.definite).toBe(true)
  })

  it('get a sentence when a proxy answered with a page', async () => {
    answer = () => Promise.resolve(new Response('<html>', { status: 502 }))
    const error = (await send('GET', '/api/v1/setup').catch((e: unknown) => e)) as ApiError
    expect(error.detail).toBe('服务器没有处理完，请稍后再试')
    expect(error.definite).toBe(false)
  })

  it('are indefinite when no answer came', async () => {
    answer = () => Promise.reject(new TypeError('Failed to fetch'))
    const error = (await send('GET', '/api/v1/setup').catch((e: unknown) => e)) as ApiError
    expect([error.status, error.code, error.definite]).toEqual([0, 'network', false])
  })

  it('end the session on 401, but not when the login itself is refused', async () => {
    const out = vi.fn()
    onSignedOut(out)
    answer = () => json(401, { detail: '密码不对，还可试 4 次' })
    await send('POST', '/api/v1/session', { body: {} }).catch(() => undefined)
    expect(out).not.toHaveBeenCalled()
    await send('GET', '/api/v1/projects/1/rooms').catch(() => undefined)
    expect(out).toHaveBeenCalledOnce()
  })
})
