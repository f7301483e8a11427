import { beforeEach, describe, expect, it } from 'vitest'
import { ApiError, networkError } from '@/api/errors'
import type { Reading } from '../calls'
import { Queue, type Line, type Typed } from './queue'
import type { Shelf, Waiting } from './shelf'

/** What a phone keeps while pages come and go. */
class Memory implements Shelf {
  kept = new Map<string, Waiting>()
  full = false
  all = () => Promise.resolve([...this.kept.values()].map((w) => ({ ...w })))
  put = (one: Waiting) => (this.full ? Promise.reject(new Error('QuotaExceededError')) : (this.kept.set(one.key, { ...one }), Promise.resolve()))
  drop = (key: string) => (this.kept.delete(key), Promise.resolve())
}

const refusal = (code: string, status = 409) => new ApiError({ status, code, title: '', detail: `拒绝 ${code}` })
const reading = (value: number) => ({ id: '9', value, usage: 1, state: 'ok', reader: '孙敏', date: '2026-11-21' }) as Reading
const typed = (meter: string, value: number, more: Partial<Typed> = {}): Typed => ({
  project: '7', meter, label: `${meter}室`, number: meter, month: '2026-11', date: '2026-11-22', value, previous: 0, estimated: false, rolled: false, correct: false, photo: null, ...more,
})

let shelf: Memory, sent: [string, number, string, boolean | undefined, string | undefined][], answers: (Reading | Error | (() => void))[], list: Waiting[], photos: number, theirs: Reading | null
let time = 0
const line: Line = {
  photo: () => Promise.resolve(`p${++photos}`),
  reading: (_, body, key) => {
    sent.push([body.meter_id, body.value, key, body.correct, body.photo_id])
    const next = answers.shift()
    if (next instanceof Error) return Promise.reject(next)
    if (typeof next === 'function') next()
    return Promise.resolve(typeof next === 'object' ? next : reading(body.value))
  },
  known: () => Promise.resolve(theirs),
}
const queue = (account = '1') => new Queue(shelf, line, account, (l) => { list = l }, undefined, () => ++time)
const states = () => list.map((w) => [w.meter, w.state, w.code])

beforeEach(() => {
  shelf = new Memory()
  sent = []
  answers = []
  list = []
  photos = 0
  theirs = null
})

describe('readings on their way', () => {
  it('go out in the order in which they were typed and leave the shelf when the server has them', async () => {
    const q = queue()
    await q.add(typed('a', 10))
    await q.add(typed('b', 20))
    expect(await q.flush()).toBe('done')
    expect([sent.map((s) => s[0]), list, shelf.kept.size]).toEqual([['a', 'b'], [], 0])
  })
  it('stay when no answer comes, outlive the page, and go out again with the same key', async () => {
    const q = queue()
    await q.add(typed('a', 10))
    answers = [networkError()]
    expect(await q.flush()).toBe('silent')
    const key = sent[0]![2]
    const later = queue()
    await later.load()
    expect(list).toHaveLength(1)
    expect(await later.flush()).toBe('done')
    expect([sent[1]![2], shelf.kept.size]).toEqual([key, 0])
  })
  it('are kept with the reason when they are refused, and the others still go', async () => {
    const q = queue()
    await q.add(typed('a', 10))
    await q.add(typed('b', 20))
    answers = [refusal('reading_decreased')]
    expect(await q.flush()).toBe('done')
    expect(states()).toEqual([['a', 'refused', 'reading_decreased']])
    expect([...shelf.kept.values()].map((w) => w.said)).toEqual(['拒绝 reading_decreased'])
  })
  it('are no conflict when somebody else read the same, and are one when not', async () => {
    const q = queue()
    await q.add(typed('a', 10))
    answers = [refusal('reading_exists')]
    theirs = reading(10)
    await q.flush()
    expect(list).toEqual([])
    await q.add(typed('a', 12))
    answers = [refusal('reading_exists')]
    await q.flush()
    expect([states(), list[0]!.said]).toEqual([[['a', 'refused', 'reading_exists']], '已有读数 0.001（孙敏 2026-11-21 抄）'])
    await q.again(list[0]!.key, { correct: true })
    await q.flush()
    expect([list, sent.at(-1)!.slice(0, 2), sent.at(-1)![3]]).toEqual([[], ['a', 12], true])
    expect(new Set(sent.map((s) => s[2])).size).toBe(3)
  })
  it('give way to a better value; one that may have arrived is corrected', async () => {
    const q = queue()
    await q.add(typed('a', 10))
    await q.add(typed('a', 11))
    expect([list.map((w) => w.value), list[0]!.correct]).toEqual([[11], false])
    answers = [networkError()]
    await q.flush()
    await q.add(typed('a', 12))
    await q.flush()
    expect(sent.map((s) => [s[1], s[3]])).toEqual([[11, false], [12, true]])
  })
  it('send a photo once', async () => {
    const q = queue()
    await q.add(typed('a', 10, { photo: new ArrayBuffer(3) }))
    answers = [networkError()]
    await q.flush()
    await q.flush()
    expect([photos, sent.map((s) => s[4])]).toEqual([1, ['p1', 'p1']])
    await q.add(typed('b', 5, { photo: new ArrayBuffer(3) }))
    answers = [refusal('reading_photo', 422)]
    await q.flush()
    await q.again(list[0]!.key, { photo: null })
    await q.flush()
    expect([photos, sent.at(-1)![4], list]).toEqual([2, undefined, []])
  })
  it('of another account stay until that one signs in', async () => {
    await queue('2').add(typed('a', 10))
    const mine = queue('1')
    await mine.load()
    expect([await mine.flush(), sent, list.length]).toEqual(['done', [], 1])
  })
  it('wait when the session has ended', async () => {
    const q = queue()
    await q.add(typed('a', 10))
    answers = [refusal('unauthenticated', 401)]
    expect([await q.flush(), list.map((w) => w.state)]).toEqual(['out', ['waiting']])
  })
  it('do not count as saved when the phone cannot keep them', async () => {
    shelf.full = true
    await expect(queue().add(typed('a', 10))).rejects.toThrow('Quota')
    expect(list).toEqual([])
  })
  it('typed while one is on its way is not lost', async () => {
    const q = queue()
    await q.add(typed('a', 10))
    let added: Promise<void> | undefined
    answers = [() => { added = q.add(typed('a', 13)) }]
    await q.flush()
    await added
    await q.flush()
    expect([sent.map((s) => [s[1], s[3]]), list, shelf.kept.size]).toEqual([[[10, false], [13, true]], [], 0])
  })
})
