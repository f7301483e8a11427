/** A fee of a channel, kept in 0.00001 yuan, as `1.5036`: at least two decimals, no more than it has. */
export function formatFee(fee: number): string {
  const all = Math.abs(fee)
  const part = String(all % 100_000).padStart(5, '0').replace(/0{1,3}$/, '')
  return `${fee < 0 ? '−' : ''}${((all - (all % 100_000)) / 100_000).toLocaleString('en-US')}.${part}`
}

/** The fee as it is posted: rounded to fen once for a bill, half away from zero. */
export const feeFen = (fee: number): number => Math.sign(fee) * Math.round(Math.abs(fee) / 1000) || 0
