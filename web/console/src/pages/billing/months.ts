/** Months as `YYYY-MM`. */
export function addMonths(month: string, by: number): string {
  const total = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + by
  return `${String(Math.floor(total / 12)).padStart(4, '0')}-${String((total % 12) + 1).padStart(2, '0')}`
}

/** The months around one, newest first: `ahead` after it down to `back` before it. */
export function monthsAround(month: string, ahead: number, back: number): string[] {
  return Array.from({ length: ahead + back + 1 }, (_, n) => addMonths(month, ahead - n))
}
