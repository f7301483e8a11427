import { readonly, ref, type Ref } from 'vue'
import { asApiError } from '@/api/errors'

/** A random UUID; crypto.randomUUID is missing where the console is opened over plain http on the office network. */
export function newKey(): string {
  const b = crypto.getRandomValues(new Uint8Array(16))
  b[6] = (b[6]! & 0x0f) | 0x40
  b[8] = (b[8]! & 0x3f) | 0x80
  const hex = [...b].map((x) => x.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export interface Intent {
  /** Runs the command with the key of this intention. A second call while it runs joins the first. */
  run<T>(command: (key: string) => Promise<T>): Promise<T>
  /** A request is on its way. */
  busy: Readonly<Ref<boolean>>
  /** The last try got no definite answer: it may have happened. Retry unchanged, or look before entering anew. */
  unsettled: Readonly<Ref<boolean>>
  /** Starts another intention (the user chose something else). */
  renew(): void
}

/**
 * One Idempotency-Key per intention of the user: pressing twice, or again after the line broke, is one command.
 * The key changes after a definite answer (success, or refused by the server); after no answer or a 5xx it stays.
 */
export function useIntent(): Intent {
  let key = newKey()
  let running: Promise<unknown> | null = null
  const busy = ref(false)
  const unsettled = ref(false)

  function renew(): void {
    key = newKey()
    unsettled.value = false
  }

  async function once<T>(command: (key: string) => Promise<T>): Promise<T> {
    busy.value = true
    try {
      const result = await command(key)
      renew()
      return result
    } catch (thrown) {
      const error = asApiError(thrown)
      if (error?.definite) renew()
      else unsettled.value = true
      throw thrown
    } finally {
      busy.value = false
      running = null
    }
  }

  function run<T>(command: (key: string) => Promise<T>): Promise<T> {
    if (running) return running as Promise<T>
    const started = once(command)
    running = started
    return started
  }

  return { run, busy: readonly(busy), unsettled: readonly(unsettled), renew }
}
