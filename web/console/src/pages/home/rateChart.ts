/** A day of a month and the share that was paid by its end, in 1/10000. */
export interface RatePoint { day: number; rate: number }
export interface Box { left: number; right: number; top: number; bottom: number }

const FULL = 10_000

/** The `points` of a polyline; days over the width (1 to `days`), 0 to 100 % over the height. */
export function polyline(points: RatePoint[], box: Box, days: number): string {
  return points.map((p) => `${x(p.day, box, days).toFixed(1)},${y(p.rate, box).toFixed(1)}`).join(' ')
}
export function x(day: number, box: Box, days: number): number {
  return box.left + ((day - 1) * (box.right - box.left)) / Math.max(1, days - 1)
}
export function y(rate: number, box: Box): number {
  return box.bottom - (Math.min(FULL, Math.max(0, rate)) * (box.bottom - box.top)) / FULL
}

/** `84.7`: never rounded up, so that 100.0 is said only when everything is paid. */
export function percent(rate: number): string {
  const tenths = Math.floor(Math.abs(rate) / 10)
  return `${rate < 0 && tenths > 0 ? '−' : ''}${Math.floor(tenths / 10)}.${tenths % 10}`
}

/** Paid of due in 1/10000. */
export function rateOf(paid: number, due: number): number {
  return due > 0 ? Number((BigInt(paid) * BigInt(FULL)) / BigInt(due)) : 0
}

/** The point of the other month on the same day, or its last when that month is shorter. */
export function sameDay(points: RatePoint[], day: number): RatePoint | undefined {
  return points.find((p) => p.day === day) ?? points.at(-1)
}

/** `+1.8`, `−0.4`, or null when both are the same to one decimal. */
export function difference(now: number, then: number): string | null {
  const points = now - then
  const text = percent(Math.abs(points))
  return text === '0.0' ? null : `${points > 0 ? '+' : '−'}${text}`
}
