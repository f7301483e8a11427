import { beforeEach, describe, expect, it } from 'vitest'
import { Keeper, type Release } from './keeper'

const ORIGIN = 'https://wy.example.cn'

/** The caches of a browser. */
class Caches {
  kept = new Map<string, Map<string, Response>>()
  open = (name: string) => {
    const one = this.kept.get(name) ?? new Map<string, Response>()
    this.kept.set(name, one)
    return Promise.resolve({
      put: (at: string, response: Response) => (one.set(at, response), Promise.resolve()),
      match: (at: string) => Promise.resolve(one.get(at)?.clone()),
    } as unknown as Cache)
  }
  match = (at: RequestInfo | URL) => Promise.resolve([...this.kept.values()].map((c) => c.get(String(at))).find(Boolean)?.clone())
  keys = () => Promise.resolve([...this.kept.keys()])
  delete = (name: string) => Promise.resolve(this.kept.delete(name))
  paths = () => [...this.kept].map(([name, c]) => [name, [...c.keys()].map((k) => k.slice(ORIGIN.length)).sort()])
}

let caches: Caches, server: Record<string, string | number>, asked: string[], line: 'up' | 'down' | 'slow', patience: number[]
const release = (version: string): Release => ({ version, entry: `/assets/index-${version}.js`, assets: [`/assets/index-${version}.js`, `/assets/Phone-${version}.css`], parts: ['/theme.js'] })
const serve = (version: string) => {
  server = { '/': `<script src="/assets/index-${version}.js"></script>`, '/theme.js': `theme ${version}`, [`/assets/index-${version}.js`]: `code ${version}`, [`/assets/Phone-${version}.css`]: `style ${version}` }
}
function answerOf(path: string): Response {
  const body = server[path.startsWith('/p/') ? '/' : path] ?? 404
  return typeof body === 'number' ? new Response('', { status: body }) : new Response(body)
}
const fetch = (request: Request): Promise<Response> => {
  const path = new URL(request.url).pathname
  asked.push(path)
  if (line === 'down') return Promise.reject(new TypeError('Failed to fetch'))
  if (line === 'slow') return new Promise(() => undefined)
  return Promise.resolve(answerOf(path))
}
const keeper = (version: string) => new Keeper(release(version), ORIGIN, caches, fetch, (ms) => {
  patience.push(ms)
  return line === 'slow' ? Promise.resolve() : new Promise(() => undefined)
})
const request = (path: string, more: Partial<Request> = {}) => ({ url: ORIGIN + path, method: 'GET', mode: 'cors', ...more }) as Request
const page = (path = '/p/7/phone/readings?kind=water') => request(path, { mode: 'navigate' })
const text = async (answer: Promise<Response> | null) => (await answer)!.text()

beforeEach(() => {
  caches = new Caches()
  asked = []
  patience = []
  line = 'up'
  serve('a')
})

describe('a release', () => {
  it('is kept whole', async () => {
    await keeper('a').install()
    expect(caches.paths()).toEqual([['linli-phone-a', ['/', '/assets/Phone-a.css', '/assets/index-a.js', '/theme.js']]])
  })
  it('is not kept at all when a file does not come', async () => {
    delete server['/assets/Phone-a.css']
    await expect(keeper('a').install()).rejects.toThrow('404')
    expect(caches.paths()).toEqual([])
  })
  it('is not kept when the server went on to another meanwhile', async () => {
    serve('b')
    await expect(keeper('a').install()).rejects.toThrow('another release')
    expect(caches.paths()).toEqual([])
  })
  it('stays when the worker of another project fails to fetch it again', async () => {
    await keeper('a').install()
    line = 'down'
    await expect(keeper('a').install()).rejects.toThrow()
    expect(await text(keeper('a').answer(page()))).toContain('index-a')
  })
  it('drops older ones and nothing of others', async () => {
    await keeper('a').install()
    await caches.open('somebody else')
    serve('b')
    await keeper('b').install()
    await keeper('b').activate()
    expect(caches.paths().map(([name]) => name)).toEqual(['somebody else', 'linli-phone-b'])
    line = 'down'
    expect(await text(keeper('a').answer(page('/p/8/phone/readings')))).toContain('index-b')
  })
})

describe('the page', () => {
  it('is the one of the server while the server answers', async () => {
    await keeper('a').install()
    serve('b')
    expect(await text(keeper('a').answer(page()))).toContain('index-b')
    expect(await text(keeper('a').answer(request('/assets/index-b.js')))).toBe('code b')
    expect(await text(keeper('a').answer(request('/theme.js')))).toBe('theme b')
  })
  it.each(['down', 'slow'] as const)('opens from the copy when the line is %s', async (how) => {
    await keeper('a').install()
    line = how
    asked = []
    expect(await text(keeper('a').answer(page()))).toContain('index-a')
    expect(await text(keeper('a').answer(request('/theme.js')))).toBe('theme a')
    expect(await text(keeper('a').answer(request('/assets/index-a.js')))).toBe('code a')
    expect([asked, patience]).toEqual([['/p/7/phone/readings', '/theme.js'], [3000, 1000]])
  })
  it('opens from the copy when the server is dead behind its proxy', async () => {
    await keeper('a').install()
    server['/'] = 502
    expect(await text(keeper('a').answer(page()))).toContain('index-a')
  })
  it('fails like any other when nothing is kept', async () => {
    line = 'down'
    await expect(keeper('a').answer(page())).rejects.toThrow('Failed to fetch')
  })
})

it.each([
  request('/api/v1/session'), request('/api/v1/projects/7/reading-sheet'), request('/api/v1/projects/7/readings/1/photo', { mode: 'navigate' }),
  request('/p/7/phone/readings', { method: 'POST', mode: 'navigate' }), request('/favicon.ico'), { ...request('/assets/x.js'), url: 'https://elsewhere.example/assets/x.js' } as Request,
])('%s is none of its business', (one) => expect(keeper('a').answer(one)).toBeNull())
