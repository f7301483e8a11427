/** The business day of a moment, as 2026-11-20. */
export const today = (at: number | Date): string => new Date(Number(at) + 8 * 3_600_000).toISOString().slice(0, 10)
