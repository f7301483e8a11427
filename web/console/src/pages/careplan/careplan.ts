import type { Tone } from '@/components/tone'
import { careDueTexts as t, carePlanTexts, careVisitTexts } from '@/texts/careplan'
import type { Due, Plan, PlanEdit, Result } from './api'

/** A day so many days after another one, both YYYY-MM-DD. */
export function daysLater(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

/** The day of the next visit after one that came to this result: a whole cycle later only when all was well. */
export const nextDay = (day: string, days: number, result: Result): string => daysLater(day, result === 'fine' ? days : 1)

/** What a row waits for, most pressing first. */
export function standing(d: Pick<Due, 'due' | 'days_over' | 'follow'>, today: string): { text: string; tone: Tone }[] {
  const out: { text: string; tone: Tone }[] = []
  if (d.days_over > 0) out.push({ text: t.over(d.days_over), tone: 'overdue' })
  else if (d.due <= today) out.push({ text: t.today, tone: 'due' })
  if (d.follow) out.push({ text: t.follow, tone: 'due' })
  return out.length ? out : [{ text: t.later, tone: 'draft' }]
}

export interface VisitDraft { result: Result; day: string; note: string }
export const visitFaults = (d: VisitDraft) => ({
  day: d.day ? null : careVisitTexts.needDay,
  note: d.result === 'follow' && !d.note.trim() ? careVisitTexts.needNote : null,
})

export interface PlanDraft { name: string; tag: string; days: string; todo: string; begins: string }
export const planDraft = (today: string, p?: Plan): PlanDraft => ({ name: p?.name ?? '', tag: p?.tag_id ?? '', days: p ? String(p.days) : '', todo: p?.todo ?? '', begins: p?.begins ?? today })
const wholeDays = (text: string): number => (/^\d{1,3}$/.test(text.trim()) ? Number(text.trim()) : 0)
export function planFaults(d: PlanDraft) {
  const days = wholeDays(d.days)
  return {
    name: d.name.trim() && [...d.name.trim()].length <= 30 ? null : carePlanTexts.needName,
    tag_id: d.tag ? null : carePlanTexts.needTag,
    days: days >= 1 && days <= 366 ? null : carePlanTexts.needDays,
    todo: d.todo.trim() ? null : carePlanTexts.needTodo,
    begins: d.begins ? null : carePlanTexts.needBegins,
  }
}
export const planBody = (d: PlanDraft) => ({ name: d.name.trim(), days: wholeDays(d.days), todo: d.todo.trim(), begins: d.begins })
/** A plan as it is, in another state. */
export const turned = (p: Plan): PlanEdit => ({ name: p.name, days: p.days, todo: p.todo, begins: p.begins, version: p.version, state: p.state === 'active' ? 'ended' : 'active' })
