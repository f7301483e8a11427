import { dictionaryTexts as t } from '@/texts/dictionary'

/** The words of a text with one on each line. */
export const linesOf = (text: string): string[] => text.split('\n').map((w) => w.trim().replace(/\s+/g, ' ')).filter(Boolean)

/** What is wrong with a list of words, or null. */
export function wordsFault(words: string[]): string | null {
  if (words.length > 30) return t.faults.many
  const long = words.find((w) => [...w].length > 20)
  if (long) return t.faults.long(long)
  const twice = words.find((w, n) => words.indexOf(w) !== n)
  return twice ? t.faults.twice(twice) : null
}
