import { computed, onScopeDispose, ref, watch, type Ref } from 'vue'
import { searchByPlate, searchHouseholds, type Hit } from './api'
import { plateLike } from './plates'

interface Options {
  limit: number
  /** Hits of people without a room are left out. */
  roomsOnly?: boolean
  onPick: (hit: Hit) => void
}

const number = (hit: Hit): string => /[^\p{Script=Han}]+$/u.exec(hit.label)?.[0] ?? hit.label
/**
 * Whether the first hits are equally good: 1502 in another building, another person of the same name. Nobody has seen them when
 * Enter came before the answer, and money must not go to whoever happens to stand first.
 */
export function several(hits: readonly Hit[]): boolean {
  const [first, second] = hits
  if (!first || !second || first.why !== second.why) return false
  return first.why === 'room' ? number(first) === number(second) : first.person_id !== second.person_id && (first.why !== 'name' || first.name === second.name)
}

/**
 * Finding a household while typing: asks 150 ms after the last stroke, keeps one hit under the cursor, and remembers an Enter
 * that came before the answer, so that a fast hand never has to wait; among several that fit alike it lets the hand choose.
 */
export function useSearch(project: Ref<string>, options: Options) {
  const query = ref('')
  const hits = ref<Hit[]>([])
  const at = ref(0)
  const asked = ref('')
  const failure = ref<unknown>(null)
  const text = computed(() => query.value.trim())
  const settled = computed(() => text.value === asked.value)
  let quiet = ''
  let waiting = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: AbortController | undefined

  async function ask(): Promise<void> {
    clearTimeout(timer)
    running?.abort()
    const mine = new AbortController()
    running = mine
    const wanted = text.value
    try {
      const [found, cars] = await Promise.all([
        searchHouseholds(project.value, wanted, options.limit, mine.signal), plateLike(wanted) ? searchByPlate(project.value, wanted, options.limit, mine.signal) : [],
      ])
      if (mine.signal.aborted) return
      const all: Hit[] = [...found.items, ...cars]
      hits.value = options.roomsOnly ? all.filter((h) => h.room_id !== '') : all
      failure.value = null
    } catch (thrown) {
      if (mine.signal.aborted) return
      hits.value = []
      failure.value = thrown
    }
    at.value = 0
    asked.value = wanted
    const hit = hits.value[0]
    if (waiting && hit && !several(hits.value)) options.onPick(hit)
    waiting = false
  }

  watch(text, (now) => {
    clearTimeout(timer)
    running?.abort()
    waiting = false
    if (now === '' || now === quiet) {
      hits.value = []
      asked.value = now
      failure.value = null
    } else timer = setTimeout(ask, 150)
  })

  /** Shows a text without asking for it. */
  function show(words: string): void {
    quiet = words.trim()
    query.value = words
    hits.value = []
    asked.value = quiet
  }
  function enter(): void {
    if (text.value === '') return
    if (settled.value) {
      const hit = hits.value[at.value]
      if (hit) options.onPick(hit)
      return
    }
    waiting = true
    void ask()
  }
  function move(by: number): void {
    const count = hits.value.length
    if (count) at.value = (at.value + by + count) % count
  }
  onScopeDispose(() => {
    clearTimeout(timer)
    running?.abort()
  })
  return { query, text, hits, at, settled, failure, show, enter, move, retry: ask }
}
