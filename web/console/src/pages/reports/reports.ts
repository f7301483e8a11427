/** The last day of a month `YYYY-MM`. */
export function lastDay(month: string): string {
  const [y, m] = month.split('-').map(Number) as [number, number]
  return `${month}-${String(new Date(Date.UTC(y, m, 0)).getUTCDate()).padStart(2, '0')}`
}
/** 8974 of ten thousand as 89.74%. */
export const percent = (rate: number): string => `${Math.trunc(rate / 100)}.${String(rate % 100).padStart(2, '0')}%`
export const earlier = (a: string, b: string): string => (a < b ? a : b)
