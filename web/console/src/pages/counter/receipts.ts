import { dateOf, type Moment } from '@/lib/time'

export type Days = 'all' | 'today' | 'yesterday' | 'month' | 'custom'

function shifted(day: string, by: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10)
}

/** The first and last business date of a named range; nothing where it is open. */
export function rangeOf(days: Days, now: Moment, from: string, until: string): { from?: string; until?: string } {
  const today = dateOf(now)
  switch (days) {
    case 'today': return { from: today, until: today }
    case 'yesterday': return { from: shifted(today, -1), until: shifted(today, -1) }
    case 'month': return { from: `${today.slice(0, 8)}01`, until: today }
    case 'custom': return { ...(from ? { from } : {}), ...(until ? { until } : {}) }
    case 'all': return {}
  }
}
