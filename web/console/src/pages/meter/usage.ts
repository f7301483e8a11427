import type { Meter } from './calls'

type Dial = Pick<Meter, 'digits' | 'multiplier'>
const ONE = 10_000n

/** What a new value would mean; the server decides. `lower` is refused unless somebody says that the dial went through zero. */
export interface Outcome { usage: number; how: 'plain' | 'rolled' | 'lower' }

/** The reading at which a dial starts again from zero, of a ten-thousandth. */
export const range = (m: Dial): number => 10 ** m.digits * 10_000

/** Multiplied usage from one reading to the next; less than before is believed when nine tenths of the dial are missing. */
export function outcome(m: Dial, previous: number, value: number): Outcome {
  const dial = range(m)
  const lower = value < previous
  const rolled = lower && (previous - value) * 10 >= dial * 9
  const went = lower ? dial - previous + value : value - previous
  const product = BigInt(went) * BigInt(m.multiplier ?? 10_000)
  return { usage: Number((product + ONE / 2n) / ONE), how: rolled ? 'rolled' : lower ? 'lower' : 'plain' }
}

/** The mean of the last usages that somebody has read, newest first; null with fewer than one. */
export function meanUsage(usages: number[], most = 6): number | null {
  const some = usages.slice(0, most)
  if (some.length === 0) return null
  return Math.round(some.reduce((a, b) => a + b, 0) / some.length)
}
