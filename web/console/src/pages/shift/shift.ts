/** The notes and coins a drawer is counted by, in fen. */
export const denominations = [10000, 5000, 2000, 1000, 500, 100, 50, 10]

/** What was typed as numbers of notes: `{ 10000: '3' }`. */
export type Pieces = Record<number, string>

/** The typed number of notes, or null for what is none. */
export function pieces(text: string | undefined): number | null {
  const plain = (text ?? '').trim()
  if (plain === '') return 0
  return /^\d{1,5}$/.test(plain) ? Number(plain) : null
}

/** The notes with more than none of them, or null while something typed is no number. */
export function notesOf(typed: Pieces): { value: number; n: number }[] | null {
  const list = denominations.map((value) => ({ value, n: pieces(typed[value]) }))
  if (list.some((x) => x.n === null)) return null
  return list.filter((x): x is { value: number; n: number } => (x.n ?? 0) > 0)
}

export const sumNotes = (notes: { value: number; n: number }[]) => notes.reduce((sum, x) => sum + x.value * x.n, 0)

/** What is handed in by default: all but the money that was there at the beginning. */
export const usualHanded = (counted: number, imprest: number) => Math.max(0, counted - imprest)
