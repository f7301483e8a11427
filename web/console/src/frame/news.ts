import type { Export } from '@/composables/useExport'

const SEEN = 'linli.seen'
/** So many things this browser remembers as seen. */
const MOST = 200
/** Longer tables are made in the background; a shorter one was fetched where it was asked for. */
const SHORT = 2_000

/** What a person was not told of yet, by its id. */
export function readSeen(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(SEEN) ?? '[]')
    return new Set(Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [])
  } catch {
    return new Set()
  }
}

/** Remembers these as seen, the oldest of all forgotten first. */
export function keepSeen(ids: readonly string[]): ReadonlySet<string> {
  const before = readSeen()
  const now = [...[...before].filter((id) => !ids.includes(id)), ...ids].slice(-MOST)
  try {
    localStorage.setItem(SEEN, JSON.stringify(now))
  } catch {
    // A browser that keeps nothing tells it again after a reload.
  }
  return new Set(now)
}

/** The files that were made in the background and are worth a word: ready to fetch, or not made. */
export function finished(exports: readonly Export[]): Export[] {
  return exports.filter((e) => e.state === 'failed' || (e.state === 'ready' && (e.kind === 'project' || e.rows > SHORT)))
}

/** One number for several lists of the same page: `12`, or `50+` when there are more. */
export function addCounts(counts: readonly string[]): string {
  const sum = counts.reduce((s, c) => s + Number.parseInt(c, 10), 0)
  return `${sum}${counts.some((c) => c.endsWith('+')) ? '+' : ''}`
}
