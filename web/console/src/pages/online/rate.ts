/** The agreed fee of a channel is kept in millionths: 0.60 % is 6000. */
export function rateText(millionths: number): string {
  if (millionths === 0) return ''
  const digits = String(millionths).padStart(5, '0')
  const text = `${digits.slice(0, -4)}.${digits.slice(-4)}`
  return text.replace(/0{1,2}$/, '')
}

/** What is typed as per cent, in millionths; null is not a rate between 0 and 10 %. */
export function parseRate(text: string): number | null {
  const plain = text.trim().replace(/%$/, '')
  if (plain === '') return 0
  const found = /^(\d{1,2})(?:\.(\d{1,4}))?$/.exec(plain)
  if (!found) return null
  const rate = Number(found[1]) * 10_000 + Number((found[2] ?? '').padEnd(4, '0'))
  return rate <= 100_000 ? rate : null
}
