import { computed, onBeforeUnmount, onMounted, ref, type Ref } from 'vue'
import { asApiError } from '@/api/errors'
import { within } from '@/api/within'
import { useSession } from '@/stores/session'
import { readHistory, recordReading, sendPhoto, type Reading } from '../calls'
import { Queue, type Typed } from './queue'
import { browserShelf, type Waiting } from './shelf'

/** How often what waits is tried again while the page is open, in milliseconds. */
const PAUSE = 15_000

/** The readings of this phone on their way to the server: sent when there is a line, tried again while there is none. */
export function useQueue(project: Ref<string>, arrived: (one: Waiting, reading: Reading) => void) {
  const session = useSession()
  const account = session.session?.account.id ?? ''
  const all = ref<Waiting[]>([])
  const online = ref(navigator.onLine)
  const stuck = ref(false)
  const lost = ref(false)
  const queue = new Queue(browserShelf(), {
    photo: (to, bytes) => sendPhoto(to, new Blob([bytes], { type: 'image/jpeg' })),
    reading: recordReading,
    known: async (at, meter, month) => (await readHistory(at, meter)).readings.find((r) => r.meter_id === meter && r.month === month && r.state !== 'void') ?? null,
  }, account, (list) => { all.value = list }, arrived)

  const mine = computed(() => all.value.filter((w) => w.account === account && w.project === project.value))
  const waiting = computed(() => mine.value.filter((w) => w.state === 'waiting'))
  const refused = computed(() => mine.value.filter((w) => w.state === 'refused'))
  const others = computed(() => all.value.filter((w) => w.account !== account).length)
  const of = (meter: string, month: string) => mine.value.find((w) => w.meter === meter && w.month === month)

  /** A page that opened on what this phone kept asks first whose session the server has: readings go out under no other name. */
  async function confirmed(): Promise<boolean> {
    try {
      if (session.kept) await within(session.reload(), PAUSE)
    } catch (thrown) {
      if (asApiError(thrown)?.definite !== false) throw thrown
      return false
    }
    if (session.session?.account.id === account) return true
    location.reload()
    return false
  }
  async function flush(): Promise<void> {
    if (!navigator.onLine) return
    if (!(await confirmed())) {
      stuck.value = waiting.value.length > 0
      return
    }
    stuck.value = (await queue.flush()) === 'silent'
  }
  /** False when this phone cannot keep anything: then nothing counts as saved. */
  async function add(typed: Typed): Promise<boolean> {
    try {
      await queue.add(typed)
      lost.value = false
    } catch {
      lost.value = true
      return false
    }
    void flush()
    return true
  }
  async function again(key: string, change: Parameters<Queue['again']>[1]): Promise<void> {
    await queue.again(key, change)
    await flush()
  }

  const line = () => {
    online.value = navigator.onLine
    void flush()
  }
  const seen = () => { if (document.visibilityState === 'visible') line() }
  let timer = 0
  onMounted(async () => {
    addEventListener('online', line)
    addEventListener('offline', line)
    document.addEventListener('visibilitychange', seen)
    timer = window.setInterval(() => { if (waiting.value.length) void flush() }, PAUSE)
    try {
      await queue.load()
    } catch {
      lost.value = true
      return
    }
    await flush()
  })
  onBeforeUnmount(() => {
    removeEventListener('online', line)
    removeEventListener('offline', line)
    document.removeEventListener('visibilitychange', seen)
    clearInterval(timer)
  })
  return { waiting, refused, others, online, stuck, lost, of, add, again, flush, drop: (key: string) => queue.drop(key) }
}
export type PhoneQueue = ReturnType<typeof useQueue>
