import { computed, onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'
import { newKey } from './key'
import { Offline, Refused, type Bill, type Order, type PayApi, type Way } from './api'
import { partsOf, sumOf } from './choice'
import { t } from './texts'
import type { Identity, Memory, Outcome } from './wechat'

export type View = 'loading' | 'offline' | 'gone' | 'many' | 'error' | 'bill' | 'result'
const whileOpening = 700
const whileWaiting = 2000
const whileOffline = 4000
const whileIdle = 30_000

/** What the page does with the world around it; tests hand in their own. */
export interface Surroundings {
  /** Sends the browser to the channel's page. */
  go: (page: string) => void
  /** The browser has just come back from the channel's page. */
  back: boolean
  /** The browser is a computer's. */
  desk?: boolean
  /** What outlives the way to the channel's page and back. */
  memory?: Memory
  /** In WeChat's own browser: who stands in front of it, and how it is asked for the payment. */
  wechat?: { identity: Identity; ask: (parameters: Record<string, string>) => Promise<Outcome> }
}

/**
 * The bill of the code and the order that is being paid. It reads again by itself: quickly while an order is on its
 * way, slowly while somebody looks, not at all while the page is hidden.
 */
export function usePay(api: PayApi, around: Surroundings) {
  const view = ref<View>('loading')
  const bill = shallowRef<Bill | null>(null)
  const order = shallowRef<Order | null>(null)
  const taken = ref(0)
  const offline = ref(false)
  const busy = ref(false)
  const problem = ref('')
  /** What the browser of the channel told, in words; never that something was paid. */
  const told = ref('')
  /** Who pays in WeChat, as far as the page that asked it is the one of the bill. */
  const ticket = ref('')
  const leaving = ref(false)
  const now = ref(Date.now())
  const since = ref(Date.now())
  let key = newKey()
  let timer = 0
  let tick = 0
  let whole = true

  const live = computed(() => order.value?.state === 'created' || order.value?.state === 'waiting')
  const sum = computed(() => (bill.value ? sumOf(bill.value, taken.value) : 0))
  const waited = computed(() => Math.max(0, Math.floor((now.value - since.value) / 1000)))

  function again(after: number): void {
    clearTimeout(timer)
    timer = window.setTimeout(() => void read(), after)
  }
  /** Reads what matters now: the order that is followed, else the bill. */
  async function read(): Promise<void> {
    if (document.hidden && view.value !== 'loading') return
    const followed = view.value === 'result' && order.value && live.value ? order.value.id : ''
    try {
      if (followed) take(await api.order(followed))
      else {
        const next = await api.bill()
        if (await identify(next)) return
        settle(next)
      }
      offline.value = false
    } catch (e) {
      failed(e)
      return
    }
    again(leaving.value || order.value?.state === 'created' ? whileOpening : view.value === 'result' && live.value ? whileWaiting : whileIdle)
  }
  function ticketOf(b: Bill): string {
    const page = b.ways.find((w) => w.identify)?.identify
    return (page && around.wechat?.identity.ticket(page)) || ''
  }
  /** In WeChat: gets to know who pays whom the bill is for, before it is shown. True when the browser is leaving to say so. */
  async function identify(next: Bill): Promise<boolean> {
    const way = next.ways.find((w) => w.identify)
    ticket.value = ticketOf(next)
    // Who reads a receipt is not sent away from it; he is before the next bill.
    if (!around.wechat || !way?.identify || next.owed + next.late_owed === 0 || ticket.value || view.value === 'result') return false
    const { identity } = around.wechat
    const code = identity.code()
    if (code) {
      try {
        ticket.value = (await api.who(way.channel, code)).payer
        identity.keep(ticket.value, way.identify)
        return false
      } catch (e) {
        if (!(e instanceof Refused)) throw e
        if (e.code !== 'paycode_who_gone') return false
      }
    }
    return identity.leave(way.identify)
  }
  /** Some months, as they were chosen before the page was left for the channel's; a bill that has none of them is taken whole. */
  function recall(next: Bill): void {
    const until = around.memory?.get('until') ?? ''
    const some = next.choice && until ? next.months.filter((m) => m.month <= until).length : 0
    whole = some === 0 || some === next.months.length
    taken.value = some
    clip(next)
  }
  function clip(next: Bill): void {
    if (whole || taken.value > next.months.length) taken.value = next.months.length
  }
  function settle(next: Bill): void {
    const first = bill.value === null
    bill.value = next
    if (first) recall(next)
    else clip(next)
    const known = next.order ?? null
    // Coming back, the order is what the payer wants to hear of; else it is shown beside the bill.
    if (first && around.back && known) {
      order.value = known
      view.value = 'result'
      return
    }
    if (view.value !== 'result') {
      if (known && problem.value === t.noAnswer) problem.value = ''
      order.value = known
      view.value = 'bill'
    }
  }
  function take(next: Order): void {
    const was = order.value?.state
    order.value = next
    if (leaving.value && next.page) {
      leaving.value = false
      around.go(next.page)
    }
    if (leaving.value && next.invoke && around.wechat) {
      leaving.value = false
      void around.wechat.ask(next.invoke).then(answered)
    }
    if (!live.value) {
      leaving.value = false
      // What was paid is over; what was not is still what the payer chose.
      if (next.state === 'paid') forget()
      if (was !== next.state) void api.bill().then((b) => { bill.value = b; ticket.value = ticketOf(b); clip(b) }).catch(() => undefined)
    }
  }
  /** What WeChat's browser says is a hint: whether it was paid the server knows. */
  function answered(outcome: Outcome): void {
    if (outcome !== 'ok' && live.value) {
      view.value = 'bill'
      told.value = outcome === 'cancel' ? t.bridgeCancel : t.bridgeFail
    }
    void read()
  }
  function failed(e: unknown): void {
    if (e instanceof Refused && (e.status === 404 || e.status === 429)) {
      view.value = e.status === 404 ? 'gone' : 'many'
      return
    }
    if (e instanceof Offline) {
      offline.value = true
      if (!bill.value) view.value = 'offline'
      again(whileOffline)
      return
    }
    if (!bill.value) view.value = 'error'
    else again(whileIdle)
  }

  function choose(n: number): void {
    taken.value = n
    whole = n === bill.value?.months.length
    around.memory?.set('until', whole ? '' : bill.value?.months[n - 1]?.month ?? '')
    problem.value = told.value = ''
    key = newKey()
  }
  function forget(): void {
    whole = true
    around.memory?.set('until', '')
  }
  /** Opens the order, or takes up the same one, and follows it. */
  async function pay(way: Way, phone: boolean): Promise<void> {
    if (busy.value || !bill.value || sum.value === 0) return
    busy.value = true
    problem.value = told.value = ''
    const inside = phone && around.wechat !== undefined && way.identify !== undefined && ticket.value !== ''
    const some = taken.value < bill.value.months.length
    const parts = partsOf(bill.value, taken.value, way)
    const part = parts.length > 1 ? parts[0] : undefined
    try {
      const got = await api.pay({ channel: way.channel, phone, amount: part?.sum ?? sum.value, ...(part ? { merchant_id: part.merchant } : {}), ...(phone && around.desk ? { desk: true } : {}), ...(inside ? { payer: ticket.value } : {}), ...(some ? { months: bill.value.months.slice(0, taken.value).map((m) => m.month) } : {}) }, key)
      key = newKey()
      follow(got, phone)
    } catch (e) {
      if (e instanceof Refused) {
        problem.value = e.message
        key = newKey()
        if (e.code === 'paycode_who_gone' || e.code === 'payer_elsewhere') {
          around.wechat?.identity.forget()
          ticket.value = ''
        }
        if (e.status === 404) view.value = 'gone'
        else void read()
      } else {
        // The same key again: what may have happened happens once.
        offline.value = e instanceof Offline
        problem.value = t.noAnswer
        again(whileOffline)
      }
    } finally {
      busy.value = false
    }
  }
  function follow(o: Order, go: boolean): void {
    since.value = now.value = Date.now()
    told.value = ''
    view.value = 'result'
    leaving.value = go
    take(o)
    again(whileOpening)
  }
  /** Goes on with an order that is open. */
  function resume(): void {
    if (order.value) follow(order.value, here(order.value))
  }
  /** Whether an order can be paid where the page stands. */
  const here = (o: Order): boolean => o.phone && o.desk === (around.desk === true) && o.inside === (around.wechat !== undefined)
  async function cancel(): Promise<void> {
    const id = order.value?.id
    if (!id || busy.value) return
    busy.value = true
    problem.value = told.value = ''
    try {
      const got = await api.cancel(id, newKey())
      view.value = 'result'
      take(got)
    } catch (e) {
      if (e instanceof Refused) problem.value = e.message
      else {
        offline.value = e instanceof Offline
        problem.value = t.noCancel
      }
    } finally {
      busy.value = false
      again(whileOpening)
    }
  }
  /** Back to the bill. */
  function toBill(): void {
    view.value = bill.value ? 'bill' : 'loading'
    leaving.value = false
    problem.value = ''
    void read()
  }
  /** Shows what became of an order of today. */
  function toResult(): void {
    if (order.value) view.value = 'result'
  }
  const wake = (): void => { if (!document.hidden) { leaving.value = false; void read() } }

  onMounted(() => {
    void read()
    tick = window.setInterval(() => { now.value = Date.now() }, 1000)
    document.addEventListener('visibilitychange', wake)
    window.addEventListener('pageshow', wake)
    window.addEventListener('online', wake)
  })
  onBeforeUnmount(() => {
    clearTimeout(timer)
    clearInterval(tick)
    document.removeEventListener('visibilitychange', wake)
    window.removeEventListener('pageshow', wake)
    window.removeEventListener('online', wake)
  })
  return { view, bill, order, taken, sum, live, offline, busy, problem, told, ticket, here, leaving, now, waited, choose, pay, resume, cancel, toBill, toResult, retry: () => { view.value = bill.value ? view.value : 'loading'; void read() } }
}
export type Pay = ReturnType<typeof usePay>
