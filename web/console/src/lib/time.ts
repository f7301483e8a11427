/**
 * Times as staff read them. A moment is shown in Asia/Shanghai wherever the browser stands;
 * a business date is `YYYY-MM-DD` without a zone and is never turned into a moment.
 */

/** A moment: RFC 3339 text, milliseconds since 1970, or a Date. */
export type Moment = string | number | Date

const ZONE = 'Asia/Shanghai'
const DAY = 86_400_000
const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE, hourCycle: 'h23',
  year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
})
const WEEKDAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']

interface Wall { date: string; time: string; seconds: string }

function wall(at: Moment): Wall {
  const p: Record<string, string> = {}
  for (const { type, value } of parts.formatToParts(new Date(at))) p[type] = value
  return { date: `${p.year}-${p.month}-${p.day}`, time: `${p.hour}:${p.minute}`, seconds: p.second ?? '00' }
}

/** The business date of a moment, `2026-11-20`. */
export function dateOf(at: Moment): string {
  return wall(at).date
}

/** The clock time of a moment, `14:26`, or `14:26:08` with seconds. */
export function formatTime(at: Moment, options: { seconds?: boolean } = {}): string {
  const w = wall(at)
  return options.seconds ? `${w.time}:${w.seconds}` : w.time
}

/** `今天 14:26`, in this year `11-20 14:26`, before it `2025-11-20`. */
export function formatMoment(at: Moment | null | undefined, now: Moment): string {
  if (at == null) return '–'
  const w = wall(at)
  const today = wall(now).date
  if (w.date === today) return `今天 ${w.time}`
  return w.date.slice(0, 4) === today.slice(0, 4) ? `${w.date.slice(5)} ${w.time}` : w.date
}

/** `2025-11-20 14:26:08`, where the exact second matters (receipts, audit). */
export function formatExact(at: Moment): string {
  const w = wall(at)
  return `${w.date} ${w.time}:${w.seconds}`
}

/** A business date: `11-30` in this year, otherwise `2025-11-30`. */
export function formatDate(date: string | null | undefined, now: Moment): string {
  if (!date) return '–'
  return date.slice(0, 4) === dateOf(now).slice(0, 4) ? date.slice(5) : date
}

/** An accounting month `2026-11`: `11月` in this year, otherwise `2025年11月`. */
export function formatMonth(month: string, now: Moment): string {
  const text = `${Number(month.slice(5, 7))}月`
  return month.slice(0, 4) === dateOf(now).slice(0, 4) ? text : `${month.slice(0, 4)}年${text}`
}

/** `11月20日 周五`, for the top bar. */
export function formatDayWithWeek(at: Moment): string {
  const date = dateOf(at)
  return `${Number(date.slice(5, 7))}月${Number(date.slice(8))}日 ${WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()]}`
}

/** Whole days from one business date to another; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY)
}

/** What stands under a month or beside an amount: `逾期 51 天`, `今天到期`, `11-30 到期`. */
export function dueWords(due: string, now: Moment): { text: string; tone: 'overdue' | 'due' } {
  const late = daysBetween(due, dateOf(now))
  if (late > 0) return { text: `逾期 ${late} 天`, tone: 'overdue' }
  return { text: late === 0 ? '今天到期' : `${formatDate(due, now)} 到期`, tone: 'due' }
}

/** A length of time in minutes as words: `26 分`, `1 小时 10 分`, `1 天 3 小时`. */
export function formatLength(minutes: number): string {
  const m = Math.max(0, Math.floor(minutes))
  if (m < 60) return `${m} 分`
  const hours = Math.floor(m / 60)
  if (hours < 24) return m % 60 ? `${hours} 小时 ${m % 60} 分` : `${hours} 小时`
  return hours % 24 ? `${Math.floor(hours / 24)} 天 ${hours % 24} 小时` : `${Math.floor(hours / 24)} 天`
}
