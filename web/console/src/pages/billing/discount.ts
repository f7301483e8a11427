import type { Tone } from '@/components/tone'
import { toHalfWidth } from '@/lib/money'
import { discountTexts as t } from '@/texts/discount'
import type { Discount } from './types'

/** `98`, `66.67`, `90%` as parts of ten thousand; null when it is no share below the whole. */
export function parseKeep(text: string): number | null {
  const s = toHalfWidth(text).trim().replace(/%$/, '')
  if (!/^\d{1,2}(\.\d{1,2})?$/.test(s)) return null
  const [whole = '', rest = ''] = s.split('.')
  return Number(whole) * 100 + Number(rest.padEnd(2, '0'))
}

/** Where a discount stands today in words and colour. */
export function standing(d: Discount, today: string): { tone: Tone; words: string } {
  if (d.state === 'approved' && d.until_date && (d.until_date < today || d.until_date < d.effective_date)) return { tone: 'draft', words: t.ended }
  const tones: Record<Discount['state'], Tone> = { asked: 'due', approved: 'paid', refused: 'draft', withdrawn: 'draft' }
  return { tone: tones[d.state], words: t.state[d.state] }
}
