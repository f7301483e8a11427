import { isNegativeArea, parseArea } from '@/lib/area'
import { toHalfWidth } from '@/lib/money'
import { ruleTexts as t } from '@/texts/scope'
import type { ScopeFields } from './types'

export type Rule = NonNullable<ScopeFields['rule']>

/** What stands in the form of a rule; empty means any. */
export interface RuleDraft {
  building_kind: NonNullable<Rule['building_kind']> | ''
  building_id: string
  kind: NonNullable<Rule['kind']> | ''
  state: NonNullable<Rule['state']> | ''
  tag_id: string
  floor_from: string
  floor_to: string
  area_from: string
  area_to: string
}
export const emptyRule = (): RuleDraft => ({ building_kind: '', building_id: '', kind: '', state: '', tag_id: '', floor_from: '', floor_to: '', area_from: '', area_to: '' })
export type RuleFault = 'rule' | 'floor_from' | 'floor_to' | 'area_from' | 'area_to'

/** A floor as typed: 0 when nothing is, null when it is none. */
export function parseFloor(text: string): number | null {
  const s = toHalfWidth(text).trim().replace(/层$/, '').replace('−', '-')
  if (s === '') return 0
  const n = Number(s)
  return /^-?\d+$/.test(s) && n !== 0 && n >= -20 && n <= 300 ? n : null
}

/** What is wrong with a text that parseArea refuses. */
const wrong = (area: string): string => (isNegativeArea(area) ? t.faults.areaSign : t.faults.area)

export function ruleFaults(d: RuleDraft): Record<RuleFault, string | null> {
  const [low, high, small, large] = [parseFloor(d.floor_from), parseFloor(d.floor_to), parseArea(d.area_from), parseArea(d.area_to)]
  return {
    rule: Object.values(d).some((v: string) => v.trim() !== '') ? null : t.faults.empty,
    floor_from: low === null ? t.faults.floor : null,
    floor_to: high === null ? t.faults.floor : low && high && high < low ? t.faults.floors : null,
    area_from: small === null ? wrong(d.area_from) : null,
    area_to: large === null ? wrong(d.area_to) : small && large && large < small ? t.faults.areas : null,
  }
}

/** What is sent: only conditions that are given. */
export function ruleBody(d: RuleDraft): Rule {
  const rule: Rule = {}
  if (d.building_kind) rule.building_kind = d.building_kind
  if (d.building_id) rule.building_id = d.building_id
  if (d.kind) rule.kind = d.kind
  if (d.state) rule.state = d.state
  if (d.tag_id) rule.tag_id = d.tag_id
  const numbers = { floor_from: parseFloor(d.floor_from), floor_to: parseFloor(d.floor_to), area_from: parseArea(d.area_from), area_to: parseArea(d.area_to) }
  for (const [key, n] of Object.entries(numbers) as [keyof typeof numbers, number | null][]) if (n) rule[key] = n
  return rule
}

/** A quantity as an integer of a ten-thousandth: `2`, `1.5`; null when it is none. */
export function parseQuantity(text: string): number | null {
  const s = toHalfWidth(text).trim()
  if (!/^\d{1,6}(\.\d{1,4})?$/.test(s)) return null
  const [whole = '0', decimals = ''] = s.split('.')
  const n = Number(whole + decimals.padEnd(4, '0'))
  return n > 0 && n <= 1_000_000_000 ? n : null
}

/** 25000 → `2.5`. */
export function quantityText(n: number): string {
  const digits = String(n).padStart(5, '0')
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`.replace(/\.?0+$/, '')
}
