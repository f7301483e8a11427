import { formatCount } from '@/lib/money'
import { sharedTexts } from '@/texts/meter'
import type { Pasted } from './calls'

const t = sharedTexts.weightsWrong
export const MAX_LINES = 5000

/** Lines with something in them. */
export const linesIn = (text: string): number => text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '').length

/** Whether the server is to be asked: there is something, and no more than it takes. */
export const askable = (text: string): boolean => linesIn(text) > 0 && linesIn(text) <= MAX_LINES

/** Why the pasted weights cannot be used yet; null when they can. `read` is what the server says of exactly this text. */
export function weightsFault(text: string, read: Pasted | undefined): string | null {
  const lines = linesIn(text)
  if (lines === 0) return t.empty
  if (lines > MAX_LINES) return t.many(formatCount(lines))
  if (!read) return t.wait
  if (read.faults.length > 0) return t.faulty(formatCount(read.faults.length))
  return read.sum > 0 ? null : t.zero
}

/** What is sent of a paste: nothing while a line is faulty. */
export const givenOf = (read: Pasted | undefined): { room_id: string; weight: number }[] =>
  read && read.faults.length === 0 ? read.weights.map((w) => ({ room_id: w.room_id, weight: w.weight })) : []
