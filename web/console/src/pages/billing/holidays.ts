import { holidayTexts as t } from '@/texts/late'
import type { Festival } from './types'

const day = (date: string): string => `${Number(date.slice(5, 7))}月${Number(date.slice(8))}日`

/** 国庆节：10月1日至7日；9月20日、10月10日上班 */
export function festivalWords(f: Festival): string {
  const sameMonth = f.from_date.slice(0, 7) === f.until_date.slice(0, 7)
  const until = sameMonth ? `${Number(f.until_date.slice(8))}日` : day(f.until_date)
  return t.festival(f.name, f.from_date === f.until_date ? day(f.from_date) : `${day(f.from_date)}至${until}`, f.work_dates.map(day))
}
