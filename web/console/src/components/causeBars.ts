/** One reason why this month differs from the last. Amount in fen, signed. */
export interface Cause { key: string; title: string; hint?: string; flag?: string; count: number; fen: number }

export interface SignedBar { left: number; width: number; axis: number }

/**
 * Where the bars of signed amounts stand on a track of `width` px: one common scale, a zero line placed so that both sides fit,
 * and at least 2 px for anything that is not zero.
 */
export function signedBars(amounts: number[], width: number): SignedBar[] {
  const up = Math.max(0, ...amounts)
  const down = Math.max(0, ...amounts.map((a) => -a))
  const scale = up + down === 0 ? 0 : width / (up + down)
  const axis = Math.min(width - 2, Math.max(down > 0 ? 2 : 0, down * scale))
  return amounts.map((a) => {
    const room = a < 0 ? axis : width - axis
    const size = a === 0 ? 0 : Math.min(room, Math.max(2, Math.abs(a) * scale))
    return { left: a < 0 ? axis - size : axis, width: size, axis }
  })
}
