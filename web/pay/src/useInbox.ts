import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'
import { Refused, type Message, type PayApi } from './api'

const root = '#messages'

/**
 * What was written to the household. Where the reader is stands in the address behind #, so that the telephone's own
 * way back works. `read` is told when something was opened for the first time, `gone` when the code opens nothing more.
 */
export function useInbox(api: PayApi, told: { read: () => void; gone: () => void }) {
  const shown = ref(false)
  const list = shallowRef<Message[] | null>(null)
  const one = shallowRef<Message | null>(null)
  const failed = ref(false)
  const reading = ref(false)

  async function follow(): Promise<void> {
    const at = location.hash
    shown.value = at === root || at.startsWith(`${root}/`)
    const id = at.startsWith(`${root}/`) ? at.slice(root.length + 1) : ''
    reading.value = id !== ''
    failed.value = false
    if (one.value?.id !== id) one.value = null
    if (!shown.value) return
    try {
      if (id) {
        const known = list.value?.find((m) => m.id === id)
        const got = await api.open(id)
        if (location.hash !== at) return
        one.value = got
        list.value = list.value?.map((m) => (m.id === id ? got : m)) ?? null
        if (!known?.opened_at) told.read()
      } else {
        list.value = (await api.messages()).items
      }
    } catch (e) {
      if (location.hash !== at) return
      if (e instanceof Refused && (e.code === 'paycode_gone' || e.status === 429)) {
        toBill()
        told.gone()
      } else if (e instanceof Refused && e.status === 404) toList()
      else failed.value = true
    }
  }
  const toList = (): void => { location.hash = root }
  const open = (id: string): void => { location.hash = `${root}/${id}` }
  const toBill = (): void => { location.hash = '' }
  const changed = (): void => { scrollTo(0, 0); void follow() }

  onMounted(() => {
    window.addEventListener('hashchange', changed)
    void follow()
  })
  onBeforeUnmount(() => window.removeEventListener('hashchange', changed))
  return { shown, reading, list, one, failed, open, toList, toBill, again: () => void follow() }
}
export type Inbox = ReturnType<typeof useInbox>
