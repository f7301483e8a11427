import { asApiError, type ApiError } from '@/api/errors'
import { newKey } from '@/composables/useIntent'
import { formatQuantity } from '@/lib/quantity'
import { phoneTexts as t } from '@/texts/phone'
import type { Reading, Record_ } from '../calls'
import type { Shelf, Waiting } from './shelf'

/** What is typed in one go; the queue adds the rest. */
export type Typed = Omit<Waiting, 'key' | 'account' | 'photoId' | 'at' | 'tried' | 'state' | 'code' | 'said'>

/** The way to the server. */
export interface Line {
  photo(project: string, bytes: ArrayBuffer): Promise<string>
  reading(project: string, body: Record_, key: string): Promise<Reading>
  /** What the server has of a meter for a month; null when it has nothing. */
  known(project: string, meter: string, month: string): Promise<Reading | null>
}

/** How a round ended: `done` nothing is left to send, `silent` no answer came and it will be tried again, `out` the session has ended. */
export type Round = 'done' | 'silent' | 'out'

/**
 * Readings on their way to the server. Each is on the shelf before it counts as saved and leaves it only when the server has
 * it or a person decides so; it goes out with its own key, so that a broken line doubles nothing; what is refused stays with the reason.
 */
export class Queue {
  private list: Waiting[] = []
  private running: Promise<Round> | null = null

  constructor(
    private readonly shelf: Shelf,
    private readonly line: Line,
    private readonly account: string,
    private readonly changed: (list: Waiting[]) => void,
    private readonly arrived: (one: Waiting, reading: Reading) => void = () => undefined,
    private readonly clock: () => number = Date.now,
  ) {}

  /** Reads what an earlier page left. */
  async load(): Promise<void> {
    this.list = (await this.shelf.all()).sort((a, b) => a.at - b.at)
    this.tell()
  }

  /** Keeps a reading; when this resolves it outlives the page. One that waits for the same meter and month gives way to it. */
  async add(typed: Typed): Promise<void> {
    const old = this.list.filter((w) => w.account === this.account && w.meter === typed.meter && w.month === typed.month)
    const one: Waiting = {
      ...typed, key: newKey(), account: this.account, photoId: '', at: this.clock(), tried: false, state: 'waiting', code: '', said: '',
      // The old one may have arrived although no answer came.
      correct: typed.correct || old.some((w) => w.tried && w.state === 'waiting'),
    }
    await this.shelf.put(one)
    for (const w of old) await this.shelf.drop(w.key)
    this.list = [...this.list.filter((w) => !old.some((o) => o.key === w.key)), one]
    this.tell()
  }

  /** Sends a refused one again as somebody decided: another intention, another key. */
  async again(key: string, change: Partial<Pick<Waiting, 'correct' | 'photo' | 'value' | 'rolled'>>): Promise<void> {
    const old = this.list.find((w) => w.key === key)
    if (!old) return
    const one: Waiting = { ...old, ...change, photoId: 'photo' in change ? '' : old.photoId, key: newKey(), tried: false, state: 'waiting', code: '', said: '' }
    await this.shelf.put(one)
    await this.shelf.drop(key)
    this.list = this.list.map((w) => (w.key === key ? one : w))
    this.tell()
  }

  /** Forgets one because a person said so. */
  async drop(key: string): Promise<void> {
    await this.shelf.drop(key)
    this.list = this.list.filter((w) => w.key !== key)
    this.tell()
  }

  /** Sends what waits, in the order in which it was typed. A second call while one runs joins it. */
  flush(): Promise<Round> {
    this.running ??= this.round().finally(() => { this.running = null })
    return this.running
  }

  private async round(): Promise<Round> {
    for (;;) {
      const one = this.list.find((w) => w.account === this.account && w.state === 'waiting')
      if (!one) return 'done'
      try {
        await this.send(one)
      } catch (thrown) {
        const error = asApiError(thrown)
        if (!error) throw thrown
        if (error.status === 401) return 'out'
        if (!error.definite) return 'silent'
        await this.refuse(one, error)
      }
    }
  }

  private async send(one: Waiting): Promise<void> {
    let now = one
    if (now.photo && !now.photoId) now = await this.change(now, { photoId: await this.line.photo(now.project, now.photo) })
    if (!now.tried) now = await this.change(now, { tried: true })
    const body: Record_ = { meter_id: now.meter, month: now.month, date: now.date, value: now.value, estimated: now.estimated, rolled: now.rolled, correct: now.correct }
    if (now.photoId) body.photo_id = now.photoId
    await this.land(now, await this.line.reading(now.project, body, now.key))
  }

  private async land(one: Waiting, reading: Reading): Promise<void> {
    await this.shelf.drop(one.key)
    this.list = this.list.filter((w) => w.key !== one.key)
    this.arrived(one, reading)
    this.tell()
  }

  /** Keeps what the server refused; the same value read by somebody else is no conflict. */
  private async refuse(one: Waiting, error: ApiError): Promise<void> {
    const now = this.list.find((w) => w.key === one.key)
    if (!now) return
    let said = error.errors[0]?.message || error.detail
    if (error.code === 'reading_exists') {
      const known = await this.line.known(now.project, now.meter, now.month).catch((thrown: unknown) => {
        if (asApiError(thrown)) return null
        throw thrown
      })
      if (known?.value === now.value) return this.land(now, known)
      if (known) said = t.theirs(formatQuantity(known.value), known.reader, known.date)
    }
    await this.change(now, { state: 'refused', code: error.code, said })
  }

  private async change(one: Waiting, change: Partial<Waiting>): Promise<Waiting> {
    const now = { ...one, ...change }
    if (!this.list.some((w) => w.key === one.key)) return now
    await this.shelf.put(now)
    this.list = this.list.map((w) => (w.key === one.key ? now : w))
    this.tell()
    return now
  }

  private tell(): void {
    this.changed([...this.list])
  }
}
