import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, watch, type Ref } from 'vue'
import { asApiError } from '@/api/errors'
import { within } from '@/api/within'
import { useSession } from '@/stores/session'
import { readSheet, type Kind, type Reading, type Sheet, type SheetRow } from '../calls'
import { kept, type PhoneSheet } from './kept'

/** How long one answer is waited for when this phone has a copy, in milliseconds; and how often it is asked for again then. */
const PATIENCE = 5_000
const AGAIN = 30_000

/** The meters before the reader: as the server gives them, or as this phone kept them. */
type List = PhoneSheet & { copy: boolean }

/** The meters of a kind and month, fetched whole because later there may be no signal, and kept over the page. */
export function usePhoneList(project: Ref<string>, kind: Ref<Kind>, month: Ref<string>) {
  const session = useSession()
  const queries = useQueryClient()
  const account = () => session.session?.account.id ?? ''
  const landedHere = new Map<string, { reading: Reading; at: number }>()
  const at = computed(() => [project.value, 'meter', 'phone', kind.value, month.value])

  async function fetchAll(of: Pick<PhoneSheet, 'project' | 'kind' | 'month'>, limited: boolean): Promise<PhoneSheet> {
    const soon = <T>(answer: Promise<T>) => (limited ? within(answer, PATIENCE) : answer)
    const began = Date.now()
    const rows: SheetRow[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: Sheet = await soon(readSheet(of.project, { kind: of.kind, month: of.month, limit: 200, cursor }))
      rows.push(...page.items)
      cursor = page.next || undefined
    }
    return { ...of, rows: rows.map((r) => withLanded(r, of.month, began)), at: began }
  }
  /** A reading that arrived while the list was on its way is missing in it. */
  function withLanded(row: SheetRow, of: string, began: number): SheetRow {
    const own = landedHere.get(`${row.meter.id}/${of}`)
    return own && own.at >= began && !row.reading ? { ...row, reading: own.reading } : row
  }
  async function read(): Promise<List> {
    const of = { project: project.value, kind: kind.value, month: month.value }
    const who = account()
    const copy = await kept.sheet(who, of)
    if (copy && !navigator.onLine) return { ...copy, copy: true }
    try {
      const sheet = await fetchAll(of, copy !== null)
      if (account() === who) await kept.keepSheet(who, sheet)
      return { ...sheet, copy: false }
    } catch (thrown) {
      if (!copy || asApiError(thrown)?.definite !== false) throw thrown
      return { ...copy, copy: true }
    }
  }
  const list = useQuery({
    queryKey: at, queryFn: read, staleTime: 60_000, refetchOnWindowFocus: false, refetchOnReconnect: true,
    // Without a signal the copy is asked for, so the question is put all the same.
    networkMode: 'always', refetchInterval: (query) => (query.state.data?.copy ? AGAIN : false),
  })
  watch(() => session.session, (now) => { if (now && !session.kept) void kept.keepSession(now) }, { immediate: true })

  /** Takes over what the server has now of a meter. */
  function landed(of: { project: string; meter: string; month: string }, reading: Reading): void {
    landedHere.set(`${of.meter}/${of.month}`, { reading, at: Date.now() })
    queries.setQueriesData<List>({ queryKey: [of.project, 'meter', 'phone'] }, (old) =>
      old?.month === of.month ? { ...old, rows: old.rows.map((r) => (r.meter.id === of.meter ? { ...r, reading } : r)) } : old)
    void kept.landed(of.project, of.meter, of.month, reading)
  }
  /** Asks again when what is shown is a copy, or nothing. */
  async function renew(): Promise<void> {
    if (list.data.value?.copy || list.isError.value) await list.refetch({ cancelRefetch: false })
  }
  return {
    list, landed, renew,
    rows: computed(() => list.data.value?.rows ?? []),
    /** When the copy that is shown was fetched; null when the server gave the list just now. */
    copyOf: computed(() => (list.data.value?.copy ? list.data.value.at : null)),
  }
}
