import { computed, ref, watch, type Ref } from 'vue'
import { groupsOf, keepChoice, payOf, planOf, usablePrepaid, type Plan } from './counter'
import { isOnline, type Ahead, type Method, type OpenCharge, type Pay, type Proof, type Seat } from './api'

/** The terminal stands on the desk and stays; everything else belongs to one payment. */
const noProof = (terminal = ''): Proof => ({ reference: '', terminal, last4: '', paid_on: '' })

/** By hand there is cash, card and transfer. What has not been used yet comes first, cash before all. */
const byHand = ['cash', 'card', 'transfer'] as const
/** Everything that is owed: what is ticked when a household is called up. */
const allOf = (seat: Seat): string[] => groupsOf(seat).flatMap((g) => g.rows.flatMap((r) => Object.values(r.cells))).flatMap((c) => (c ? [c.id] : []))

/** What the clerk has set for a household: ticks, method, amount. It survives a refresh and is cleared with the household. */
export function useEntry(seat: Ref<Seat | null>) {
  const chosen = ref<string[]>([])
  const method = ref<Method>('cash')
  const typed = ref<number | null>(null)
  const touched = ref(false)
  const usePrepaid = ref(false)
  const keepChange = ref(false)
  const prepayItem = ref('')
  /** Cash comes in whole 角 or 元 where the project says so; the clerk may take it to the fen. */
  const round = ref(true)
  const proof = ref<Proof>(noProof())
  const parts = ref<Pay[]>([])
  const ahead = ref<Ahead | null>(null)
  /** Late fees are paid along; the law asks for them first (民法典 561), the clerk may leave them. */
  const withLate = ref(true)
  /** A code is for money alone: not beside prepaid money, other parts or coming months. */
  const mayCode = computed(() => !usePrepaid.value && parts.value.length === 0 && !ahead.value)
  /** What may be chosen now, in the order of the keys 1, 2, 3 … */
  const methods = computed<Method[]>(() => ['cash', 'card', 'transfer', ...(mayCode.value ? (['wechat', 'alipay'] as const).filter((m) => seat.value?.online.includes(m)) : [])])
  let shown: { room: string; charges: OpenCharge[] } | null = null

  const entry = computed(() => ({ method: method.value, typed: typed.value, usePrepaid: usePrepaid.value, keepChange: keepChange.value, parts: parts.value, ahead: ahead.value?.total ?? 0, late: withLate.value, prepayItem: prepayItem.value, round: round.value }))
  const plan = computed<Plan | null>(() => (seat.value ? planOf(seat.value, chosen.value, entry.value) : null))
  const need = computed(() => plan.value?.need ?? 0)

  function start(now: Seat): void {
    chosen.value = allOf(now)
    method.value = 'cash'
    touched.value = false
    usePrepaid.value = false
    keepChange.value = false
    prepayItem.value = ''
    round.value = true
    proof.value = noProof(proof.value.terminal)
    parts.value = []
    ahead.value = null
    withLate.value = true
    typed.value = need.value || null
  }
  watch(seat, (now) => {
    if (!now) shown = null
    else if (shown?.room === now.room.id) {
      chosen.value = keepChoice(shown.charges, chosen.value, now.charges)
      if (now.prepaid === 0) usePrepaid.value = false
      ahead.value = null // its amount may have changed with the rest
    } else start(now)
    if (now) shown = { room: now.room.id, charges: now.charges }
  }, { flush: 'sync' })

  watch(methods, (now) => {
    if (!now.includes(method.value)) method.value = 'cash'
  }, { flush: 'sync' })

  // Until the clerk types an amount, it follows what is to be paid.
  watch(need, (now) => {
    if (!touched.value) typed.value = now || null
  }, { flush: 'sync' })

  function setTyped(fen: number | null): void {
    typed.value = fen
    touched.value = true
  }
  /** Another method starts from the exact amount again, unless less was typed: a card is never charged for change. */
  function setMethod(next: Method): void {
    if (next === method.value || !methods.value.includes(next)) return
    method.value = next
    keepChange.value = false
    if (touched.value && (typed.value ?? 0) < need.value && typed.value !== null) return
    touched.value = false
    typed.value = need.value || null
  }
  /** Remembers what is set now; the answer puts it back. */
  function mark(): () => void {
    const was = { method: method.value, typed: typed.value, touched: touched.value, keepChange: keepChange.value, proof: { ...proof.value } }
    return () => {
      method.value = was.method
      keepChange.value = was.keepChange
      proof.value = was.proof
      typed.value = was.typed
      touched.value = was.touched
    }
  }
  /** Puts the part in the field aside and goes on with what is still needed, by a method that has none. False when there is nothing to put aside. */
  function addPart(): boolean {
    const now = plan.value?.now ?? 0
    if (now === 0 || now >= need.value || parts.value.length >= 6) return false
    if (isOnline(method.value)) return false
    parts.value = [...parts.value, payOf(method.value, now, proof.value)]
    proof.value = noProof(proof.value.terminal)
    method.value = byHand.find((m) => parts.value.every((p) => p.method !== m)) ?? 'cash'
    keepChange.value = false
    touched.value = false
    typed.value = need.value || null
    return true
  }
  function dropPart(at: number): void {
    parts.value = parts.value.filter((_, n) => n !== at)
  }
  function togglePrepaid(): void {
    if (parts.value.length > 0) return
    if (!seat.value || !plan.value || usablePrepaid(seat.value, chosen.value, plan.value.due) === 0) return
    usePrepaid.value = !usePrepaid.value
  }
  /** Whether there is anything that only the clerk knows: an amount other than the one to be paid, a voucher, parts, months ahead. */
  const typedByHand = computed(() => (touched.value && (typed.value ?? 0) > 0 && typed.value !== need.value) || parts.value.length > 0 || ahead.value !== null || proof.value.reference !== '' || proof.value.last4 !== '')
  /** Whether other charges are ticked than those that were when the household was called up. */
  const reticked = computed(() => !!seat.value && [...chosen.value].sort().join() !== allOf(seat.value).sort().join())
  function restart(): void {
    if (seat.value) start(seat.value)
  }
  return { methods, chosen, method, typed, usePrepaid, keepChange, prepayItem, round, proof, parts, ahead, withLate, entry, plan, typedByHand, reticked, mark, setTyped, setMethod, addPart, dropPart, togglePrepaid, restart }
}
export type EntryState = ReturnType<typeof useEntry>
