import { computed, onBeforeUnmount, ref, type Ref } from 'vue'
import { newKey } from '@/composables/useIntent'
import { cancelOrder, openOrder, readOrder, type Order, type OrderTaking } from './api'

type Attempt = <T>(command: (key: string) => Promise<T>) => Promise<T | null>
const every = 1000
/** While a payer's code is being sent the answer is a moment away. */
const soon = 300

/**
 * A code that is out: it is read every second until the money has come or the order has ended. Leaving the page does not end it;
 * who calls the household up again takes it up again.
 */
export function useOrder(project: Ref<string>, onPaid: (receipt: string) => Promise<void>) {
  const order = ref<Order | null>(null)
  const lost = ref(false)
  const problem = ref<unknown>(null)
  const now = ref(Date.now())
  const live = computed(() => order.value?.state === 'created' || order.value?.state === 'waiting')
  const left = computed(() => (order.value ? Math.max(0, Math.floor((Date.parse(order.value.expires_at) - now.value) / 1000)) : 0))
  let timer = 0
  let cancelKey = ''

  function leave(): void {
    clearTimeout(timer)
    order.value = null
    lost.value = false
    problem.value = null
  }
  function take(next: Order): void {
    clearTimeout(timer)
    order.value = next
    if (live.value) timer = window.setTimeout(() => void look(next.id), next.scan === 'new' || next.scan === 'sent' ? soon : every)
    else if (next.state === 'paid') void finish(next)
  }
  async function finish(paid: Order): Promise<void> {
    try {
      await onPaid(paid.receipt_id)
      if (order.value?.id === paid.id) leave()
    } catch {
      lost.value = true
      timer = window.setTimeout(() => void finish(paid), every)
    }
  }
  async function look(id: string): Promise<void> {
    now.value = Date.now()
    try {
      const next = await readOrder(project.value, id)
      if (order.value?.id !== id) return
      lost.value = false
      take(next)
    } catch {
      if (order.value?.id !== id) return
      lost.value = true
      timer = window.setTimeout(() => void look(id), every)
    }
  }
  /** Asks for a code; false when it was refused. */
  async function open(body: OrderTaking, attempt: Attempt): Promise<boolean> {
    const got = await attempt((key) => openOrder(project.value, body, key))
    if (!got) return false
    cancelKey = newKey()
    take(got)
    return true
  }
  /** Takes up a code that is out already. */
  async function follow(id: string): Promise<void> {
    if (order.value?.id === id) return
    cancelKey = newKey()
    const got = await readOrder(project.value, id)
    if (got.state === 'created' || got.state === 'waiting') take(got)
  }
  async function cancel(): Promise<void> {
    const id = order.value?.id
    if (!id || !live.value) return
    problem.value = null
    try {
      const next = await cancelOrder(project.value, id, cancelKey)
      if (order.value?.id === id) take(next)
    } catch (thrown) {
      problem.value = thrown
      cancelKey = newKey()
    }
  }
  onBeforeUnmount(() => clearTimeout(timer))
  return { order, live, left, lost, problem, open, follow, cancel, leave }
}
export type OrderState = ReturnType<typeof useOrder>
