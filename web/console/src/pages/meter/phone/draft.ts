import { onMounted, ref, watch, type Ref } from 'vue'
import { browserTable, type Table } from './shelf'

/** How long what was typed and not saved is kept, in milliseconds: seven days. */
const KEEP = 7 * 24 * 3_600_000

/** What was typed for one meter and not saved. */
export interface Draft { key: string; typed: string; estimated: boolean; rolled: boolean; photo: ArrayBuffer | null; at: number }
export type Fields = { [K in Exclude<keyof Draft, 'key' | 'at'>]: Ref<Draft[K]> }

/** What waits in no queue yet. A phone that keeps nothing only loses what one would type again, so no failure here stops anything. */
export class Drafts {
  constructor(private readonly table: Table<Draft>, private readonly clock: () => number = Date.now) {}

  async of(key: string): Promise<Draft | null> {
    try {
      const all = await this.table.all()
      for (const old of all) if (this.clock() - old.at > KEEP) await this.table.drop(old.key)
      return all.find((d) => d.key === key && this.clock() - d.at <= KEEP) ?? null
    } catch {
      return null
    }
  }

  /** Keeps what stands in the fields; with nothing in them nothing is kept. */
  async keep(key: string, now: Omit<Draft, 'key' | 'at'>): Promise<void> {
    try {
      if (now.typed.trim() === '' && now.photo === null && !now.estimated) await this.table.drop(key)
      else await this.table.put({ ...now, key, at: this.clock() })
    } catch {
      // The field still holds it.
    }
  }

  async drop(key: string): Promise<void> {
    await this.table.drop(key).catch(() => undefined)
  }
}

const drafts = new Drafts(browserTable<Draft>('linli-phone-drafts', 'drafts'))

/** Keeps the fields of a meter that nobody has read yet: the camera of a phone may end the page that opened it. */
export function useDraft(key: string, fields: Fields, unread: boolean, shelf: Drafts = drafts) {
  const back = ref(false)
  let saved = false
  const keep = () => {
    if (unread && !saved) void shelf.keep(key, { typed: fields.typed.value, estimated: fields.estimated.value, rolled: fields.rolled.value, photo: fields.photo.value })
  }
  watch([fields.typed, fields.estimated, fields.rolled, fields.photo], keep)
  onMounted(async () => {
    const old = await shelf.of(key)
    if (!old) return
    if (!unread) return shelf.drop(key)
    if (fields.typed.value !== '' || fields.photo.value) return
    fields.typed.value = old.typed
    fields.estimated.value = old.estimated
    fields.rolled.value = old.rolled
    fields.photo.value = old.photo
    back.value = true
  })
  /** It is saved: nothing is kept of it any more. */
  const done = async () => {
    saved = true
    await shelf.drop(key)
  }
  return { back, done }
}
