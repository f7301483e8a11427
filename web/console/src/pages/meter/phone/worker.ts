import { Keeper, type Release } from './keeper'

/** The service worker of the phone page: built apart by build/phoneWorker.ts, which puts the release in. */
declare const __RELEASE__: Release
const release = __RELEASE__

interface Lasting extends Event { waitUntil(work: Promise<unknown>): void }
interface Asking extends Lasting { request: Request; respondWith(answer: Promise<Response>): void }
interface Scope {
  location: Location
  caches: CacheStorage
  clients: { claim(): Promise<void>; matchAll(): Promise<{ postMessage(message: unknown): void }[]> }
  skipWaiting(): Promise<void>
  addEventListener(kind: 'install' | 'activate', act: (event: Lasting) => void): void
  addEventListener(kind: 'fetch', act: (event: Asking) => void): void
}

const scope = globalThis as unknown as Scope
const keeper = new Keeper(release, scope.location.origin, scope.caches, (request) => fetch(request))

async function begin(): Promise<void> {
  await keeper.activate()
  await scope.clients.claim()
  // A page that was opened from the copy of an older release begins anew when nothing is being typed.
  for (const page of await scope.clients.matchAll()) page.postMessage({ entry: release.entry })
}

scope.addEventListener('install', (event) => event.waitUntil(keeper.install().then(() => scope.skipWaiting())))
scope.addEventListener('activate', (event) => event.waitUntil(begin()))
scope.addEventListener('fetch', (event) => {
  const answer = keeper.answer(event.request)
  if (answer) event.respondWith(answer)
})
