import type { components } from '@/api/schema'
import type { Step } from '@/components/StepBar.vue'
import type { Tone } from '@/components/tone'
import { importTexts as t } from '@/texts/import'

export type Import = components['schemas']['RosterImport']
/** What a sheet holds: rooms and people, what was charged before, or vehicles. */
export type Kind = 'roster' | 'opening' | 'vehicle'
export const kindOf = (im: { kind: string }): Kind => (im.kind === 'opening' || im.kind === 'vehicle' ? im.kind : 'roster')
/** Sheets of readings have pages of their own, beside the meters. */
export const isReading = (im: { kind: string } | undefined): boolean => im?.kind.startsWith('reading_') ?? false
export const kindTitle = (im: { kind: string }): string => (isReading(im) ? t.readings : t.kinds[kindOf(im)])
/** The words of an import that is no roster. */
export const wordsOf = (im: { kind: string } | undefined) => (isReading(im) ? t.other.reading : im?.kind === 'opening' || im?.kind === 'vehicle' ? t.other[im.kind] : null)
export type RowError = components['schemas']['RosterRowError']
export type Change = components['schemas']['RosterChange']

export const MAX_BYTES = 20 * 1024 * 1024
export const tones: Record<Import['state'], Tone> = { checking: 'info', ready: 'due', refused: 'overdue', applying: 'info', applied: 'paid', failed: 'overdue', undone: 'draft' }

/** Whether the server is at work on it and the page should ask again. */
export const running = (state: Import['state'] | undefined): boolean => state === 'checking' || state === 'applying'

/** Why a file is not even sent; the server looks at its content again. */
export function fileFault(file: { name: string; size: number }): string | null {
  if (!/\.(xlsx|csv)$/i.test(file.name)) return t.wrongType(file.name)
  if (file.size === 0) return t.empty(file.name)
  return file.size > MAX_BYTES ? t.tooLarge(file.name) : null
}

export function resultOf(im: Import): string {
  if (im.state === 'refused') return t.resultErrors(im.errors)
  if (im.state !== 'ready' && im.state !== 'applied') return ''
  return im.kind === 'roster' ? t.resultNew(im.counts.rooms, im.counts.people) : im.facts.slice(0, 1).concat(im.facts.slice(-1)).map((f) => `${f.title} ${f.value}`).join('，')
}

export interface CountLine { key: string; title: string; fresh: number; changed: number | null; same: number | null }
export function countLines(im: Import): CountLine[] {
  const c = im.counts
  return [
    { key: 'buildings', title: t.counts.buildings, fresh: c.buildings, changed: null, same: null },
    { key: 'units', title: t.counts.units, fresh: c.units, changed: null, same: null },
    { key: 'rooms', title: t.counts.rooms, fresh: c.rooms, changed: c.rooms_changed, same: c.rooms_same },
    { key: 'people', title: t.counts.people, fresh: c.people, changed: c.people_changed, same: c.people_same },
    { key: 'occupants', title: t.counts.occupants, fresh: c.occupants, changed: c.occupants_changed, same: c.occupants_same },
    ...(im.kept.length ? [{ key: 'kept', title: t.counts.kept, fresh: c.kept, changed: null, same: null }] : []),
  ]
}
export const writesNothing = (im: Import): boolean =>
  isReading(im) ? /^0 /.test(im.facts[0]?.value ?? '') : im.kind === 'roster' && countLines(im).every((l) => l.fresh === 0 && !l.changed)
/** How many changes there are, of which the server lists the first. */
export const changeCount = (im: Import): number => countLines(im).reduce((n, l) => n + (l.changed ?? 0), 0)

export interface Answers { hidden: '' | 'include' | 'skip'; formulas: boolean }
/** How many rows of a refused file could be brought in without the faulty ones; 0 when the file as a whole is wrong. */
export const goodRows = (im: Import): number => (im.faulty_rows > 0 ? Math.max(0, im.rows - im.faulty_rows) : 0)
/** The answers as the server takes them: what was not asked is left out. */
export const answered = (a: Answers, state?: Import['state']) =>
  ({ ...(a.hidden ? { hidden: a.hidden } : {}), formulas: a.formulas, ...(state === 'refused' ? { faulty: 'skip' as const } : {}) })
/** What still has to be answered before the file may be applied. */
export function unanswered(im: Import, a: Answers): string | null {
  if (im.hidden_rows + im.hidden_columns.length > 0 && a.hidden === '') return t.hiddenNeed
  return im.formulas > 0 && !a.formulas ? t.formulasNeed : null
}

export function stepsOf(im: Import): Step[] {
  const at = { checking: 1, refused: 1, ready: 2, applying: 3, applied: 4, failed: im.rows > 0 ? 3 : 1, undone: 4 }[im.state]
  const subs = [t.rows(im.rows), '', '', '']
  return Object.values(t.steps).map((title, n) => ({ title, sub: n === 0 && im.rows > 0 ? subs[0] : '', state: n < at ? 'done' as const : n === at ? 'now' as const : 'todo' as const }))
}
