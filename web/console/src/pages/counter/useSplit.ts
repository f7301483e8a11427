import { computed, ref, type Ref } from 'vue'
import { orderParts, type OrderPart, type OrderTaking, type Seat } from './api'

/** What is paid together and belongs to several merchants: one order after the other, as the server has split it. */
export function useSplit(project: Ref<string>) {
  const parts = ref<OrderPart[]>([])
  const at = ref(0)
  const of = ref<OrderTaking | null>(null)
  const next = computed(() => parts.value[at.value] ?? null)
  /** Some parts are paid, some are not. */
  const rest = computed(() => (at.value > 0 ? parts.value.slice(at.value) : []))

  async function begin(body: OrderTaking): Promise<void> {
    const whole = { ...body }
    delete whole.payer_code
    const got = await orderParts(project.value, whole)
    of.value = whole
    at.value = 0
    parts.value = got.items
  }
  /** The request for the next part, of the seat as it is now. */
  function bodyOf(seat: Seat, payerCode = ''): OrderTaking | null {
    const part = next.value
    if (!part || !of.value) return null
    const body: OrderTaking = { ...of.value, merchant_id: part.merchant_id, amount: part.amount, expected_owed: seat.owed }
    delete body.confirmed
    if (body.charge_ids) body.charge_ids = part.charge_ids
    if (body.late_charge_ids) body.late_charge_ids = part.late_charge_ids
    if (body.expected_late !== undefined) body.expected_late = seat.late_owed
    if (part.to_prepay > 0) body.confirmed = true // the clerk has seen it in the list
    if (payerCode) body.payer_code = payerCode
    return body
  }
  function clear(): void {
    parts.value = []
    of.value = null
    at.value = 0
  }
  function paid(): void {
    at.value++
    if (!next.value) clear()
  }
  return { parts, at, of, next, rest, begin, bodyOf, paid, clear }
}
export type SplitState = ReturnType<typeof useSplit>
