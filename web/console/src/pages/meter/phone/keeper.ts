/** What the phone page needs of one release, as paths of the origin; the build fills it in. */
export interface Release {
  version: string
  /** The script that the page begins with: it tells releases apart. */
  entry: string
  /** Files whose names change with their content. */
  assets: string[]
  /** Files of the page whose names stay. */
  parts: string[]
}

type Store = Pick<CacheStorage, 'open' | 'match' | 'keys' | 'delete'>

const PREFIX = 'linli-phone-'
const PAGE = '/'
/** How long the server is waited for before the copy is taken, in milliseconds. */
const PAGE_LIMIT = 3_000
const PART_LIMIT = 1_000

/**
 * The files of the phone page in the cache of the browser. One cache holds one release, complete or not at all, and only
 * `install` writes it, from the list of the build: answers of the API are never asked about and never kept. While the
 * server answers, its page is the one that is shown; the copy is for the cellar.
 */
export class Keeper {
  private readonly name: string

  constructor(
    private readonly release: Release,
    private readonly origin: string,
    private readonly store: Store,
    private readonly fetch: (request: Request) => Promise<Response>,
    private readonly wait: (ms: number) => Promise<void> = (ms) => new Promise((done) => { setTimeout(done, ms) }),
  ) {
    this.name = PREFIX + release.version
  }

  /** Fetches all of the release; throws when the server has another one meanwhile or a file does not come. */
  async install(): Promise<void> {
    const cache = await this.store.open(this.name)
    try {
      const page = await this.whole(PAGE, 'reload')
      const named: string[] = (await page.clone().text()).match(/\/assets\/[\w.~-]+/g) ?? []
      if (!named.includes(this.release.entry) || named.some((n) => !this.release.assets.includes(n))) throw new Error('the page is of another release than this worker')
      const put = async (path: string, how: RequestCache) => cache.put(this.at(path), await this.whole(path, how))
      await Promise.all([...this.release.assets.map((p) => put(p, 'default')), ...this.release.parts.map((p) => put(p, 'reload'))])
      // The page comes last: a cache that has it has everything.
      await cache.put(this.at(PAGE), page)
    } catch (thrown) {
      if (!(await cache.match(this.at(PAGE)))) await this.store.delete(this.name)
      throw thrown
    }
  }

  /** Drops what older releases left. */
  async activate(): Promise<void> {
    for (const name of await this.store.keys()) if (name.startsWith(PREFIX) && name !== this.name) await this.store.delete(name)
  }

  /** The answer to what a page asks for, or null when it is none of our business. */
  answer(request: Request): Promise<Response> | null {
    const url = new URL(request.url)
    if (request.method !== 'GET' || url.origin !== this.origin || url.pathname.startsWith('/api/')) return null
    if (request.mode === 'navigate') return this.serverFirst(request, PAGE, PAGE_LIMIT)
    if (url.pathname.startsWith('/assets/')) return this.copyFirst(request)
    if (this.release.parts.includes(url.pathname)) return this.serverFirst(request, url.pathname, PART_LIMIT)
    return null
  }

  private async copyFirst(request: Request): Promise<Response> {
    return (await this.copy(new URL(request.url).pathname)) ?? this.fetch(request)
  }

  /** A server behind a dead proxy (5xx) is as good as none. */
  private async serverFirst(request: Request, path: string, limit: number): Promise<Response> {
    const answer = this.fetch(request)
    try {
      const first = await Promise.race([answer, this.wait(limit)])
      if (first && first.status < 500) return first
      return (await this.copy(path)) ?? (await answer)
    } catch (thrown) {
      const copy = await this.copy(path)
      if (copy) return copy
      throw thrown
    }
  }

  /** Looks into the caches of all releases: workers of several projects share them, and one may be a release behind. */
  private copy(path: string): Promise<Response | undefined> {
    return this.store.match(this.at(path), { ignoreVary: true })
  }

  private async whole(path: string, cache: RequestCache): Promise<Response> {
    const response = await this.fetch(new Request(this.at(path), { cache, credentials: 'omit' }))
    if (!response.ok) throw new Error(`${path} came with ${response.status}`)
    return response
  }

  private at(path: string): string {
    return this.origin + path
  }
}
