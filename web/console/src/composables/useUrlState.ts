import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

type Plain = string | number | boolean | string[]
type State<T> = { [K in keyof T]: WritableComputedRef<T[K]> }
type Widened<T> = { [K in keyof T]: T[K] extends string[] ? string[] : T[K] extends number ? number : T[K] extends boolean ? boolean : string }

function read(query: LocationQuery, name: string, start: Plain): Plain {
  const raw = query[name]
  if (raw === undefined) return start
  const first = (Array.isArray(raw) ? raw[0] : raw) ?? ''
  if (Array.isArray(start)) return first === '' ? [] : first.split(',')
  if (typeof start === 'boolean') return first === '1'
  if (typeof start === 'number') return /^-?\d+$/.test(first) ? Number(first) : start
  return first
}

function write(value: Plain): string {
  if (Array.isArray(value)) return value.join(',')
  if (typeof value === 'boolean') return value ? '1' : '0'
  return String(value)
}

/** Where in a list the page stands; everything else says what the list shows. */
const places = ['page', 'cursor', 'size']

/**
 * What a list shows lives in its address: `const { page, status } = useUrlState({ page: 1, status: [] as string[] })`.
 * A value equal to its start leaves the address. `set` changes several at once; changing what is shown returns to page 1,
 * and a cursor, which belongs to the list of before, leaves too.
 */
export function useUrlState<T extends Record<string, Plain>>(starts: T): State<Widened<T>> & {
  set(values: Partial<Widened<T>>, options?: { push?: boolean }): void
  reset(): void
  changed: Readonly<{ value: boolean }>
} {
  const route = useRoute()
  const router = useRouter()
  let pending: LocationQuery | null = null

  function set(values: Partial<Widened<T>>, options: { push?: boolean } = {}): void {
    const query: LocationQuery = { ...(pending ?? route.query) }
    const entries = Object.entries(values as Record<string, Plain>)
    if (entries.some(([name]) => !places.includes(name))) for (const name of ['page', 'cursor']) if (!(name in values)) delete query[name]
    for (const [name, value] of entries) {
      if (write(value) === write(starts[name] as Plain)) delete query[name]
      else query[name] = write(value)
    }
    pending = query
    void router[options.push ? 'push' : 'replace']({ query, hash: route.hash }).finally(() => {
      if (pending === query) pending = null
    })
  }

  const state = {} as Record<string, WritableComputedRef<Plain>>
  for (const name of Object.keys(starts)) {
    state[name] = computed({
      get: () => read(route.query, name, starts[name] as Plain),
      set: (value) => set({ [name]: value } as Partial<Widened<T>>),
    })
  }
  const changed = computed(() => Object.keys(starts).some((n) => n !== 'page' && route.query[n] !== undefined))
  return Object.assign(state as unknown as State<Widened<T>>, { set, reset: () => set(starts as unknown as Partial<Widened<T>>), changed })
}
