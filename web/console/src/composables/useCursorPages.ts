import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export interface CursorPages {
  page: ComputedRef<number>
  size: ComputedRef<number>
  /** What the list is asked with; empty on the first page. */
  cursor: ComputedRef<string>
  /** Goes to a neighbouring page; `next` is the cursor the list gave. */
  turn(page: number, next: string | undefined): void
  resize(size: number): void
}

/**
 * Pages of a list that is read on by a cursor. Page, size and cursor stand in the address; going back asks with the cursors
 * seen on the way, which the browser keeps for this entry of its history, and from an address that came from elsewhere with the first page.
 */
export function useCursorPages(startSize = 50): CursorPages {
  const route = useRoute()
  const router = useRouter()
  const trail = new Map<number, string>((history.state as { trail?: [number, string][] } | null)?.trail)
  const number = (name: string, fallback: number) => {
    const raw = Number(route.query[name])
    return Number.isInteger(raw) && raw > 0 ? raw : fallback
  }
  const cursor = computed(() => (typeof route.query.cursor === 'string' ? route.query.cursor : ''))
  const page = computed(() => (cursor.value === '' ? 1 : number('page', 1)))
  const size = computed(() => Math.min(200, number('size', startSize)))

  function put(values: { page: number; cursor: string; size: number }): void {
    const query = { ...route.query }
    for (const name of ['page', 'cursor', 'size']) delete query[name]
    if (values.cursor !== '') Object.assign(query, { page: String(values.page), cursor: values.cursor })
    if (values.size !== startSize) query.size = String(values.size)
    void router.push({ query, hash: route.hash, state: { trail: [...trail] } })
  }
  function turn(to: number, next: string | undefined): void {
    trail.set(page.value, cursor.value)
    const target = to > page.value ? next : trail.get(to)
    put({ page: to, cursor: target ?? '', size: size.value })
  }
  return { page, size, cursor, turn, resize: (n) => put({ page: 1, cursor: '', size: n }) }
}
