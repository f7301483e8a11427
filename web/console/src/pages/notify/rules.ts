import { toHalfWidth } from '@/lib/money'
import { messageTexts } from '@/texts/notify'
import type { Message } from './api'

/** Where a message stands; on the page of a pay code what has arrived is what was read. */
export const stateOf = (m: Pick<Message, 'channel' | 'state'>): string =>
  m.channel === 'inbox' && (m.state === 'sent' || m.state === 'delivered') ? messageTexts.onPage[m.state] : messageTexts.states[m.state]

/** `-3, 0, 7` as days after the due day; null when it is none. An empty text is no reminder. */
export function parseSteps(text: string): number[] | null {
  const parts = toHalfWidth(text).split(/[,，、\s]+/).filter(Boolean)
  return parts.every((p) => /^[-−]?\d{1,3}$/.test(p)) ? parts.map((p) => Number(p.replace('−', '-'))) : null
}

/** A text as Tencent wants its template: `{房屋}有 {金额} 元` is `{1}有 {2} 元`. */
export function numbered(text: string): string {
  let n = 0
  return text.replace(/\{[^{}]*\}/g, () => `{${++n}}`)
}

/** `20:00` as minutes from midnight; null when it is no time. */
export function parseClock(text: string): number | null {
  const m = /^(\d{1,2}):(\d{2})$/.exec(toHalfWidth(text).trim())
  if (!m || Number(m[1]) > 23 || Number(m[2]) > 59) return null
  return Number(m[1]) * 60 + Number(m[2])
}

export const writeClock = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
